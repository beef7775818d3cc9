/**
 * What hosts and engines tell users besides results and errors: a code and its parameters, which the window puts in the
 * user's language (renderer/panels/texts/ko-notices.ts), and the command line in English.
 */
import * as z from 'zod';
import { type ErrorCode, errorCodeSchema } from './errors.ts';

/** Every notice, by its code, in English. Some are parts of others, such as the name of a mask. */
export const noticeTexts = {
  AS_WRITTEN: '{{text}}',
  FAILED: '{{failure}}',

  PROJECT_RECOVERED: '{{name}} was not closed properly last time. Nothing is lost: every change was saved.',
  RECENT_PROJECTS_UNWRITABLE: 'The list of recent projects cannot be written: {{failure}}',
  SETTINGS_UNREADABLE: 'The settings in {{path}} are damaged and were ignored. {{failure}}',
  SETTINGS_DAMAGED: 'The settings in {{path}} are damaged and were ignored.',
  SETTINGS_IGNORED: 'Some settings in {{path}} are invalid and were ignored: {{names}}.',
  QUEUE_FAULT: 'The queue hit a bug: {{failure}}',
  RENDER_NOT_STORED: 'A render could not be saved in the project: {{failure}}',
  UPDATE_READY: 'Version {{version}} will be installed when you quit the program.',

  FARM_CONNECTED: 'Connected to the farm {{name}} again.',
  FARM_LOST:
    'The connection to the farm {{name}} was lost. Its renders are not lost; they show again when it is back.',
  FARM_WITHOUT_WORKERS: 'No worker is running.',
  FARM_OF_ANOTHER_VERSION: 'None of the {{count}} workers runs this version of the program.',
  FARM_WITHOUT_MODEL: 'None of the {{count}} workers has this model.',

  DEVICE_ON_REQUEST: 'used only on request, with --device {{device}}, until it is proved',
  DEVICE_NOT_BUILT: 'this build of ONNX Runtime ({{platform}} {{arch}}) does not have it',
  DEVICE_LIBRARY_MISSING:
    'ONNX Runtime’s library for {{device}} is not installed; npm run setup:cuda fetches it',
  DEVICE_WITHOUT_MEMORY: 'there is too little memory',

  DOWNLOAD_NEXT_SOURCE: '{{reason}}; trying {{source}}.',
  DOWNLOAD_DAMAGED: 'The unfinished download of {{path}} was damaged; starting it again.',
  DOWNLOAD_RETRIED: '{{source}}: {{reason}}; trying again in {{seconds}} s.',
  FILE_FOUND: '{{path}} existed already and is the right file.',
  FILE_ELSEWHERE: '{{path}} is on another disk; the store refers to it there, so it must stay where it is.',
  IMPORT_INTERRUPTED:
    'The import of {{component}} from {{folder}} was interrupted. Import it again, or remove it.',

  PROMPT_OF_SCENE: 'The scene’s prompt',
  PROMPT_OF_INPAINTED: 'The clean background prompt',
  PROMPT_NEGATIVE: 'The negative prompt',
  PROMPT_OF_CONCEPT: 'The prompt of the concept “{{name}}”',
  PROMPT_QUOTED: '“{{prompt}}”',
  PROMPT_TOO_LONG: '{{prompt}} is too long: its last {{count}} tokens have no effect.',
  NEGATIVE_PROMPT_UNUSED: 'The negative prompt had no effect: it needs guidance above 1.',
  EMBEDDING_UNKNOWN:
    '{{prompt}} names “{{name}}”, which is not among this model’s embeddings, and is left out.',

  MEMORY_SHORT: 'Memory ran short: the U-Net continued with {{rows}} rows at a time.',
  CACHE_UNWRITABLE: 'The cache folder {{folder}} cannot be written: nothing is cached for the next render.',
  PREVIEW_FAILED: 'A preview could not be shown: {{failure}}',
  PREVIEWS_FAILED: 'There were no previews: {{failure}}',
  SUBJECTS_MISSING: 'No {{subjects}} was found in the picture of seed {{seed}}.',

  PHRASE_WORDS_IGNORED:
    'The starter pack can find {{subjects}}, described as {{looks}}. It ignored: {{words}}.',
  PHRASE_UNKNOWN:
    'The starter pack can find {{subjects}}, described as {{looks}}. “{{phrase}}” names none of these.',
  PHRASE_OF_SEVERAL: 'It looks for one subject at a time, and “{{phrase}}” names {{subjects}}.',
  MORE_FOUND: '{{count}} more were found; only the best {{most}} were masked.',

  MASK_OF_CONCEPT: 'The mask of the concept “{{name}}” ({{file}})',
  MASK_OF_SUBJECT: 'The subject mask of the concept “{{name}}” ({{file}})',
  MASK_IN_FRONT: 'The mask of what is in front of “{{name}}” ({{file}})',
  MASK_IN_COLOUR:
    '{{mask}} is a picture in colour; its lightness is the mask. If that is not what you mean, save the shape as white on black.',
  MASK_IN_COLOUR_WITH_ALPHA:
    '{{mask}} is a picture in colour; its lightness is the mask, and its transparent parts count as outside. If that is not what you mean, save the shape as white on black.',
  MASK_EMPTY: '{{mask}} covers nothing. {{reason}}',
  EMPTY_BY_ALPHA:
    'The shape is in the transparency, and the opaque part is dark. Save the shape as white on black, without transparency.',
  EMPTY_BY_COLOUR:
    'The shape is in colour: its brightest lightness is {{brightest}} of 255. Save it as white on black.',
  EMPTY_BLACK: 'All of it is black. It needs white where the concept is to go.',
  EMPTY_DARK:
    'The brightest value is {{brightest}} of 255; only {{half}} and more is inside. Save the mask with 0 for outside and 255 for inside.',

  FRAME_ENLARGED:
    'The model saw the frame of {{width}} x {{height}} pixels at {{modelWidth}} x {{modelHeight}}: the frame was enlarged to the model’s size.',
  FRAME_REDUCED:
    'The model saw the frame of {{width}} x {{height}} pixels at {{modelWidth}} x {{modelHeight}}: what it generates is {{times}} times as coarse as the background.',
  CONCEPT_CUT: '“{{name}}” extends beyond the frame: only the part inside was rendered.',
  CONCEPT_WHOLE: 'The whole picture of “{{name}}” was used, because its subject is not marked.',
  CONCEPT_WITHOUT_OBJECT:
    'There is no object at the mask of “{{name}}”: with and without objects the background is the same there, and replacing only changes an object. Move the mask onto an object, or place the concept instead.',
  STRENGTH_LOWERED:
    'The model pack reproduces the picture with “{{name}}” only roughly ({{psnrDb}} dB), so its changes were used at a strength of {{strength}}. Set the strength for more or less.',
  NOT_INPAINTED:
    'The scene has no clean background: the masks were filled smoothly from their surroundings instead.',
} as const;

export type NoticeCode = keyof typeof noticeTexts;

/** An error within a notice. */
export interface NoticedFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A list is joined by commas. */
export type NoticeParameter = string | number | readonly string[] | NoticedFailure | Notice;

export interface Notice {
  readonly code: NoticeCode;
  readonly parameters: Readonly<Record<string, NoticeParameter>>;
}

const codeSchema = z.enum(Object.keys(noticeTexts) as [NoticeCode]);

export const noticeSchema: z.ZodType<Notice, Notice> = z.lazy(() =>
  z.strictObject({
    code: codeSchema,
    parameters: z.record(
      z.string().max(40),
      z.union([
        z.string().max(4000),
        z.number(),
        z.array(z.string().max(200)).max(1000),
        z.strictObject({ code: errorCodeSchema, message: z.string().max(4000) }),
        noticeSchema,
      ]),
    ),
  }),
);

/** A stored notice; those of earlier versions are sentences. */
export const storedNoticeSchema = z.union([
  noticeSchema,
  z
    .string()
    .max(4000)
    .transform((text): Notice => ({ code: 'AS_WRITTEN', parameters: { text } })),
]);

/** The names of the parameters in a text. */
type ParametersIn<Text extends string> = Text extends `${string}{{${infer Name}}}${infer Rest}`
  ? Name | ParametersIn<Rest>
  : never;

/** A notice with exactly the parameters of its text. */
export function notice<Code extends NoticeCode, Value extends NoticeParameter>(
  code: Code,
  parameters: Readonly<Record<ParametersIn<(typeof noticeTexts)[Code]>, Value>>,
): { readonly code: Code; readonly parameters: Readonly<Record<string, Value>> } {
  const entries = Object.entries<Value>(parameters).map(([name, value]) => [name, plain(value)] as const);
  return { code, parameters: Object.fromEntries(entries) };
}

/** An error as data: without its stack and cause. */
function plain<Value extends NoticeParameter>(value: Value): Value {
  return isFailure(value) ? ({ code: value.code, message: value.message } as Value & NoticedFailure) : value;
}

function isFailure(value: NoticeParameter): value is NoticedFailure {
  return typeof value === 'object' && 'message' in value;
}

/** How a notice is put in words. */
export interface NoticeWording {
  readonly textOf: (code: NoticeCode) => string;
  readonly failure: (failure: NoticedFailure) => string;
}

const english: NoticeWording = {
  textOf: (code) => noticeTexts[code],
  failure: ({ message }) => message,
};

/** A notice in words, by default in English. */
export function noticeSentence({ code, parameters }: Notice, wording: NoticeWording = english): string {
  return wording.textOf(code).replace(/\{\{(\w+)\}\}/g, (placeholder: string, name: string) => {
    const value = parameters[name];
    if (value === undefined) return placeholder;
    if (typeof value !== 'object') return String(value);
    if (isFailure(value)) return wording.failure(value);
    return 'parameters' in value ? noticeSentence(value, wording) : value.join(', ');
  });
}
