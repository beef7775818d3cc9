/** Why a job failed, as text in the queue: the code for everyone, the sentence for the studio. */
import { StudioError } from '../contract/errors.ts';
import { jobFailureSchema } from '../contract/farm.ts';
import { openJson, sealJson } from './sealed-box.ts';
import type { StudioKey } from './studio-key.ts';

export function sealFailure(key: StudioKey, jobId: string, { code, message }: StudioError): string {
  return `${code} ${sealJson(key, `failure ${jobId}`, { code, message })}`;
}

/** @param text BullMQ's own for a job whose workers died too often */
export function openFailure(key: StudioKey, jobId: string, text: string): StudioError {
  const sealed = text.split(' ')[1];
  if (/^[A-Z_]+ [A-Za-z0-9+/=]+$/.test(text) && sealed !== undefined) {
    try {
      const { code, message } = jobFailureSchema.parse(openJson(key, `failure ${jobId}`, sealed));
      return new StudioError(code, message);
    } catch (cause) {
      return new StudioError('FARM_JOB_REFUSED', 'A worker without this studio’s key ended the job.', {
        cause,
      });
    }
  }
  return new StudioError('ENGINE_CRASHED', `The farm gave the job up: ${text}.`);
}
