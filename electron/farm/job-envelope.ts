/** Makes and opens jobs of a farm. */
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import {
  FARM_CONTRACT,
  type JobBody,
  type JobEnvelope,
  jobBodySchema,
  jobEnvelopeSchema,
} from '../contract/farm.ts';
import type { AssetId, RenderRequest } from '../contract/render-request.ts';
import { requestPictures } from '../contract/request-document.ts';
import { modelName } from './farm-names.ts';
import { isSignedBy, openJson, refused, sealJson, sign } from './sealed-box.ts';
import type { StudioKey } from './studio-key.ts';

/** Encrypts and signs a job. */
export function makeEnvelope(key: StudioKey, jobId: string, body: JobBody): JobEnvelope {
  const header = { contract: FARM_CONTRACT, jobId, model: modelName(key, body.request.pack) };
  const sealed = sealJson(key, bodyLabel(header), body);
  return { ...header, sealed, signature: sign(key, signedText({ ...header, sealed })) };
}

/**
 * Verifies and decrypts a job.
 *
 * @param data what is in the queue, from anyone
 * @param expected the job's id in the queue, and the worker's model
 * @throws StudioError FARM_JOB_REFUSED when it is not signed with this key, or was signed for another id or queue;
 * FARM_VERSION when it is of another version
 */
export function openEnvelope(
  key: StudioKey,
  data: unknown,
  expected: { readonly jobId: string; readonly model: string },
): JobBody {
  const parsed = jobEnvelopeSchema.safeParse(data);
  if (!parsed.success) throw refused(`The job ${expected.jobId} is not one of this program.`, parsed.error);
  const envelope = parsed.data;
  if (!isSignedBy(key, signedText(envelope), envelope.signature)) {
    throw refused(`The job ${expected.jobId} is not signed with this studio’s key.`);
  }
  if (envelope.contract !== FARM_CONTRACT) {
    const other = envelope.contract > FARM_CONTRACT ? 'newer' : 'older';
    throw new StudioError(
      'FARM_VERSION',
      `The job was made by a ${other} version of the program (contract ${envelope.contract}; this worker has ` +
        `${FARM_CONTRACT}). Run the same version on clients and workers.`,
    );
  }
  // A signed job copied to another place would overwrite another result, or run on another model.
  if (envelope.jobId !== expected.jobId || envelope.model !== expected.model) {
    throw refused(`The job ${expected.jobId} was signed for another place.`);
  }
  const body = jobBodySchema.safeParse(openJson(key, bodyLabel(envelope), envelope.sealed));
  if (!body.success) throw refused(`The job is invalid: ${z.prettifyError(body.error)}`, body.error);
  if (modelName(key, body.data.request.pack) !== envelope.model) {
    throw refused(`The job ${expected.jobId} is for another model.`);
  }
  return body.data;
}

function bodyLabel({ contract, jobId, model }: Pick<JobEnvelope, 'contract' | 'jobId' | 'model'>): string {
  return `job ${contract} ${jobId} ${model}`;
}

function signedText(envelope: Omit<JobEnvelope, 'signature'>): string {
  return `${bodyLabel(envelope)}\n${envelope.sealed}`;
}

/** The pictures and masks that a request names, each once. */
export function assetsOf(request: RenderRequest): AssetId[] {
  return [...new Set(requestPictures(request).map(({ asset }) => asset))];
}
