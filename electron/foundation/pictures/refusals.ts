/** Error messages for pictures that cannot be read; a library's own message is the cause, never the message. */
import { StudioError } from '../../contract/errors.ts';
import { MEMORY_ADVICE } from '../out-of-memory.ts';

/** A refusal in the shared wording. */
export function refusal(name: string, why: string, wayOut: string, cause?: unknown): StudioError {
  return new StudioError('ASSET_INVALID', `${name} cannot be read as a picture: ${why}. ${wayOut}.`, {
    cause,
  });
}

/** @param cause the library's error */
export function damaged(name: string, cause: unknown): StudioError {
  return refusal(
    name,
    'the file is damaged or incomplete',
    'Open it in another program, save it as PNG and add that, or get it again from where it came',
    cause,
  );
}

/** For a picture that may be valid. @param cause the library's error */
export function tooLittleMemory(name: string, cause: unknown): StudioError {
  return new StudioError(
    'OUT_OF_MEMORY',
    `${name} cannot be read: there is too little memory. ${MEMORY_ADVICE}`,
    {
      cause,
    },
  );
}

/** For a picture that takes more work than any valid picture within the limits. */
export function takesTooLong(name: string): StudioError {
  return refusal(
    name,
    'reading it takes too long',
    'Open it in another program, save it as PNG and add that',
  );
}

/** For a picture that crashed its process. */
export function readingEnded(name: string): StudioError {
  return refusal(
    name,
    'the file is damaged, or reading it takes more memory than there is',
    'Open it in another program, make it smaller, save it as PNG and add that',
  );
}
