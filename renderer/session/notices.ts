/** Notifications. */
import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { StudioError } from '../../electron/contract/errors.ts';

/** What a message is about; only what has succeeded is green. */
export type NoticeKind = 'success' | 'info' | 'warning' | 'error';

const COLOURS: Readonly<Record<NoticeKind, string>> = {
  success: 'green',
  info: 'gray',
  warning: 'orange',
  error: 'red',
};

const ERROR_MS = 10_000;
const NOTICE_MS = 6000;

export interface NoticeOptions {
  readonly kind?: NoticeKind;
  readonly title?: string;
  readonly autoCloseMs?: number;
}

/** Tells of a failure, once while it is on the window. What was cancelled on purpose is none. */
export function reportError(error: unknown, title: string = i18next.t('app.error')): void {
  if (isCancelled(error)) return;
  console.error(error);
  reportNotice(sentenceOf(error), { kind: 'error', title, autoCloseMs: ERROR_MS });
}

/** Tells of something that is not a failure of the program, or is told of as the caller says. */
export function reportNotice(
  message: string,
  { kind = 'info', title, autoCloseMs = NOTICE_MS }: NoticeOptions = {},
): void {
  notifications.show({
    // The same message again, such as from two places that saw one failure, is not shown twice.
    id: `${kind} ${title ?? ''} ${message}`,
    color: COLOURS[kind],
    ...(title !== undefined && { title }),
    message,
    autoClose: autoCloseMs,
    closeButtonProps: { 'aria-label': i18next.t('app.close') },
  });
}

/** Tells how a search ended, in one message: what the host has to say of it stands with the rest. */
export function reportFind(
  { isFound, notices }: { readonly isFound: boolean; readonly notices: readonly string[] },
  notFound: string,
): void {
  if (!isFound) reportNotice([notFound, ...notices].join(' '), { kind: 'warning', autoCloseMs: ERROR_MS });
  else if (notices.length > 0) reportNotice(notices.join(' '));
}

/** Says what goes on for as long as it goes on. */
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

/** The sentence for the user: ours. What a library or the browser says of itself goes to the console. */
export function sentenceOf(error: unknown): string {
  return error instanceof StudioError ? error.message : i18next.t('app.unexpected');
}

export function isCancelled(error: unknown): boolean {
  return error instanceof StudioError && error.code === 'CANCELLED';
}
