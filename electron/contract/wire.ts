/** Messages of a text transport such as the WebSocket: calls one way, responses and events the other. */
import * as z from 'zod';
import { welcomeMessageSchema } from './access.ts';
import { envelopeSchema } from './command.ts';

export const callMessageSchema = z.strictObject({
  id: z.int().nonnegative().describe('Returned with the response.'),
  command: z.string().max(100),
  input: z.json(),
});
export type CallMessage = z.infer<typeof callMessageSchema>;

export const responseMessageSchema = z.strictObject({
  /** null in the response to a message whose id could not be read. */
  id: z.int().nonnegative().nullable(),
  envelope: envelopeSchema,
});
export type ResponseMessage = z.infer<typeof responseMessageSchema>;

export const eventMessageSchema = z.strictObject({ event: z.string().max(100), payload: z.json() });
export type EventMessage = z.infer<typeof eventMessageSchema>;

export const serverMessageSchema = z.union([responseMessageSchema, eventMessageSchema, welcomeMessageSchema]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;

/** Largest text message, in both directions. */
export const MAX_MESSAGE_BYTES = 1 << 20;
