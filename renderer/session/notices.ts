/** Notifications. */

import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { StudioError } from '../../electron/contract/errors.ts';
import { type Notice, noticeSentence, noticeTexts } from '../../electron/contract/notices.ts';
import { sentenceTranslator } from './known-sentences.ts';
import { wordIn } from './pack-words.ts';

/** Kind of a message; only success is green. */
export type NoticeKind = 'success' | 'info' | 'warning' | 'error';

const COLOURS: Readonly<Record<NoticeKind, string>> = {
  success: 'green',
  info: 'gray',
  warning: 'orange',
  error: 'red',
};

const ERROR_MS = 10_000;
const NOTICE_MS = 6000;
/** Shorter work would only flash. */
const MOMENT_MS = 500;

export interface NoticeOptions {
  readonly kind?: NoticeKind;
  readonly title?: string;
  readonly autoCloseMs?: number;
}

/** Shows a failure, once while it is visible. A cancellation is not a failure. */
export function reportError(error: unknown, title: string = i18next.t('app.error')): void {
  if (isCancelled(error)) return;
  console.error(error);
  reportNotice(sentenceOf(error), { kind: 'error', title, autoCloseMs: ERROR_MS });
}

/** Shows a message of the caller. */
export function reportNotice(
  message: string,
  { kind = 'info', title, autoCloseMs = NOTICE_MS }: NoticeOptions = {},
): void {
  notifications.show({
    // Do not show the same message twice, for example from two places that saw one failure.
    id: `${kind} ${title ?? ''} ${message}`,
    color: COLOURS[kind],
    ...(title !== undefined && { title }),
    message,
    autoClose: autoCloseMs,
    closeButtonProps: { 'aria-label': i18next.t('app.close') },
  });
}

/** Shows the result of a detection in one message, together with the host's notices. */
export function reportFind(
  { isFound, notices }: { readonly isFound: boolean; readonly notices: readonly Notice[] },
  notFound: string,
): void {
  if (!isFound)
    reportNotice([notFound, ...notices.map(sayNotice)].join(' '), { kind: 'warning', autoCloseMs: ERROR_MS });
  else if (notices.length > 0) reportNotice(notices.map(sayNotice).join(' '));
}

/** Shows a message while work is running. */
export interface RunningNotice {
  readonly say: (message: string) => void;
  readonly end: () => void;
}

export function reportRunning(title: string): RunningNotice {
  const running = {
    title,
    loading: true,
    autoClose: false,
    withCloseButton: false,
    color: COLOURS.info,
  } as const;
  const id = notifications.show({ ...running, message: '' });
  return {
    say: (message) => notifications.update({ id, ...running, message }),
    end: () => notifications.hide(id),
  };
}

/** Shows a message while work is running that takes longer than {@link MOMENT_MS}. */
export async function whileRunning<Result>(title: string, work: Promise<Result>): Promise<Result> {
  let running: RunningNotice | undefined;
  const timer = setTimeout(() => {
    running = reportRunning(title);
  }, MOMENT_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    running?.end();
  }
}

/** The sentence for the user, if it is ours; errors of libraries and the browser go to the console. */
export function sentenceOf(error: unknown): string {
  return error instanceof StudioError ? failureSentence(error) : i18next.t('app.unexpected');
}

/** What a host or an engine says, in the editor's language. */
export function sayNotice(notice: Notice): string {
  return typographic(
    noticeSentence(inWordsOfLanguage(notice), {
      textOf: (code) => translated('notices', code) ?? noticeTexts[code],
      failure: failureSentence,
    }),
  );
}

/** Parameters that list words of the pack's vocabulary. */
const VOCABULARY_PARAMETERS = ['subjects', 'looks'];

function inWordsOfLanguage(notice: Notice): Notice {
  const parameters = Object.entries(notice.parameters).map(([name, value]) => [
    name,
    VOCABULARY_PARAMETERS.includes(name) && Array.isArray(value)
      ? value.map((word: string) => wordIn(i18next.language, word))
      : value,
  ]);
  return { ...notice, parameters: Object.fromEntries(parameters) as Notice['parameters'] };
}

/**
 * A failure in the editor's language: its own sentence. One that is not the program's own, such as a library's, is
 * quoted after what its code means.
 */
export function failureSentence({ code, message }: Pick<StudioError, 'code' | 'message'>): string {
  const meaning = translated('errors', code);
  if (meaning === undefined) return typographic(message);
  return inLanguage(message) ?? `${meaning} “${message}”`;
}

/** By the language's table of sentences, which never changes. */
const translators = new WeakMap<object, (sentence: string) => string | undefined>();

function inLanguage(sentence: string): string | undefined {
  const { language } = i18next;
  const details = i18next.getResourceBundle(language, 'errorDetails') as Record<string, string> | undefined;
  if (details === undefined) return undefined;
  let translate = translators.get(details);
  if (translate === undefined) {
    // Notices are in errors too.
    const notices = Object.entries(noticeTexts).map(
      ([code, english]) => [english, translated('notices', code) ?? english] as const,
    );
    translate = sentenceTranslator([...Object.entries(details), ...notices]);
    translators.set(details, translate);
  }
  return translate(sentence);
}

/** With the quotation marks of the window's own texts. */
function typographic(sentence: string): string {
  return sentence.replaceAll(/"([^"\n]*)"/g, '“$1”');
}

/** A text by its code in a language other than English, which is the contract's. */
function translated(namespace: 'errors' | 'notices', code: string): string | undefined {
  // A failure may come before the texts.
  const text: unknown = i18next.isInitialized
    ? i18next.getResource(i18next.language, namespace, code)
    : undefined;
  return typeof text === 'string' ? text : undefined;
}

export function isCancelled(error: unknown): boolean {
  return error instanceof StudioError && error.code === 'CANCELLED';
}
