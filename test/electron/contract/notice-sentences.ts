/** Notices as the command line prints them. */
import { type Notice, noticeSentence } from '../../../electron/contract/notices.ts';

export function sentencesOf(notices: readonly Notice[]): string[] {
  return notices.map((notice) => noticeSentence(notice));
}
