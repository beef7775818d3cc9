/** Errors that cross a process boundary or reach the user: a stable code, a sentence, and the cause. */
import * as z from 'zod';

/** Every error code, with what it means. The same table is printed in docs/errors.md. */
export const errorCodes = {
  ADDRESS_UNAVAILABLE: 'A server of the program cannot listen on the requested address or port.',
  ASSET_INVALID: 'A picture or mask is damaged, of an unsupported type, or too large.',
  ASSET_MISSING: 'A picture or mask of the scene is missing or cannot be read.',
  ASSET_TOO_LARGE: 'A picture file is larger than the limit.',
  CANCELLED: 'The run was cancelled.',
  COMMAND_INVALID: 'A command was sent with an invalid input.',
  COMMAND_UNKNOWN: 'There is no such command.',
  CONCEPT_COUNT: 'A scene takes one to eight concepts.',
  DEVICE_UNAVAILABLE: 'The requested device cannot be used on this machine.',
  DISK_FULL: 'The disk has too little free space.',
  DOCUMENT_INCOMPLETE:
    'The scene lacks something that a render needs: a background, a concept image or a mask.',
  DOWNLOAD_FAILED: 'No source could deliver a file of a model pack.',
  DOWNLOAD_MISMATCH: 'A downloaded file differs in size or hash from the one in the catalogue.',
  ELECTRON_UNAVAILABLE: 'Electron’s binary, needed to build installers, cannot be downloaded.',
  ENGINE_CRASHED: 'The process that runs the models ended unexpectedly.',
  ENGINE_HUNG: 'The process that runs the models stopped responding and was ended.',
  ENGINE_UNAVAILABLE: 'The process that runs the models cannot be started.',
  EXPORT_TOO_LARGE: 'The picture is larger than the chosen format can hold.',
  FARM_FULL: 'The farm’s store for pictures has reached its limit.',
  FARM_JOB_REFUSED:
    'A job, result or picture in a farm’s queue was not made with this studio’s key, or was changed since.',
  FARM_KEY_INVALID: 'A studio key or certificate file of a farm is missing, or is not a key.',
  FARM_LIST_INVALID: 'The list of farms in the settings folder is damaged.',
  FARM_MODEL_UNKNOWN: 'No worker of the farm has offered the model.',
  FARM_STORE_UNREACHABLE:
    'The S3 storage for a farm’s pictures cannot be reached, or refuses the credentials.',
  FARM_UNKNOWN: 'This computer has no render farm with this name.',
  FARM_UNREACHABLE: 'The farm’s queue cannot be reached.',
  FARM_VERSION: 'A farm job was made by another version of the program than the worker’s.',
  FILE_IN_THE_WAY: 'A file that the model store did not write is where a model file belongs.',
  FOLDER_UNWRITABLE: 'A folder of the program, such as the models folder, or a file in it cannot be written.',
  HOST_UNREACHABLE: 'The connection between the window and the program’s host was lost.',
  HOST_UNSUPPORTED: 'This host cannot do that: a browser has no native dialogs, for example.',
  IMPORT_INVALID: 'A folder to import does not contain the requested model, or a file in it is damaged.',
  INTERNAL: 'A bug in the program.',
  JOB_UNKNOWN: 'There is no such job, or it ended long ago.',
  LICENCE_NOT_ACCEPTED: 'A licence has to be accepted before the model is downloaded.',
  MASK_EMPTY: 'A mask covers nothing, or too little to matter at the model’s resolution.',
  MODEL_INVALID: 'A model file is damaged or does not match its configuration.',
  MODEL_MISSING: 'A checkpoint, VAE or LoRA that a scene names is not on this computer.',
  NON_FINITE: 'A model returned a value that is not a number.',
  OUTPUT_EDITED: 'A file from an earlier run was edited since and is not overwritten.',
  OUTPUT_IS_INPUT: 'A result would overwrite an input of the command or another result.',
  OUTPUT_UNWRITABLE: 'The result cannot be written to the requested place.',
  OUT_OF_MEMORY:
    'The machine or the device has too little memory to load a model or to run the smallest batch.',
  PACK_INCOMPLETE: 'A file of an installed model pack is missing or has changed.',
  PACK_INVALID: 'A model pack’s manifest is missing, damaged or of an unknown version.',
  PACK_UNKNOWN: 'There is no model pack, or component of one, with this name.',
  PARAMETER_INVALID: 'A parameter is out of range, or names a concept that does not exist.',
  PICTURES_UNAVAILABLE: 'The process that decodes pictures cannot be started or is overloaded.',
  PROJECT_BUSY: 'Another window or process has the project open; it can be opened read-only.',
  PROJECT_CONFLICT: 'Another window changed the project meanwhile.',
  PROJECT_EXISTS: 'A file with the project’s new name exists already.',
  PROJECT_INVALID: 'A file is not a project of this program, is damaged, or was tampered with.',
  PROJECT_MISSING: 'A project file is missing or cannot be read.',
  PROJECT_MOVED: 'A project file was moved, deleted or replaced while it was open.',
  PROJECT_NEWER: 'A project file was written by a newer version of this program.',
  PROJECT_READ_ONLY: 'The project is open read-only and takes no changes.',
  PROJECT_UNKNOWN: 'There is no such open project.',
  PROJECT_UNWRITABLE: 'A project file or its folder cannot be written.',
  PROTOCOL_INVALID:
    'A protocol of `evaluate`, its data set or a folder of pictures is missing, or not in its format.',
  RENDER_UNKNOWN: 'The project has no such render.',
  SCENE_INVALID: 'A scene file does not follow the documented format.',
  SCENE_MISSING: 'A scene file is missing or cannot be read.',
  SENDER_REFUSED: 'A message came from an untrusted sender.',
  SIZE_MISMATCH: 'Pictures and masks of a scene differ in size, or do not fit the model.',
  STORE_BUSY: 'Another process is working on the same model pack.',
  STUDY_INVALID: 'A study, one of its pictures or its ratings are missing, or not in the documented format.',
  USAGE: 'The command line is invalid.',
} as const;

export const errorCodeSchema = z.enum(Object.keys(errorCodes) as [keyof typeof errorCodes]);
export type ErrorCode = keyof typeof errorCodes;

/** An error with a code from {@link errorCodes} and a sentence for the user. */
export class StudioError extends Error {
  override readonly name = 'StudioError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Exit codes of the command line, and their meanings. The same table is printed in docs/errors.md. */
export const exitCodes = {
  done: { code: 0, meaning: 'done' },
  failed: {
    code: 1,
    meaning: 'failed: an error with any code but the two below, or damage that `models verify` found',
  },
  usage: { code: 2, meaning: 'the command line was not understood (`USAGE`); nothing was done' },
  cancelled: { code: 130, meaning: 'cancelled by Ctrl-C (`CANCELLED`); nothing half-written is left' },
} as const;

/** @param code of the error that ended the program */
export function exitCodeOf(code: ErrorCode): number {
  if (code === 'USAGE') return exitCodes.usage.code;
  return code === 'CANCELLED' ? exitCodes.cancelled.code : exitCodes.failed.code;
}
