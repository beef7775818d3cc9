/** Messages at the edge of the window. */
import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { StudioError } from '../../electron/contract/errors.ts';

/** Tells of a failure. What was cancelled on purpose is none. */
export function reportError(error: unknown): void {
  if (error instanceof StudioError && error.code === 'CANCELLED') return;
  console.error(error);
  notifications.show({
    color: 'red',
    title: i18next.t('app.error'),
    message: error instanceof Error ? error.message : String(error),
    autoClose: 10_000,
    closeButtonProps: { 'aria-label': i18next.t('app.close') },
  });
}

/** Tells of something that is none. */
export function reportNotice(
  message: string,
  { title, autoCloseMs = 6000 }: { title?: string; autoCloseMs?: number } = {},
): void {
  notifications.show({
    ...(title !== undefined && { title }),
    message,
    autoClose: autoCloseMs,
    closeButtonProps: { 'aria-label': i18next.t('app.close') },
  });
}
