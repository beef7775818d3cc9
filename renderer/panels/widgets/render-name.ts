/** A render's display name: the user's name for it, else its time. */
import i18next from 'i18next';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';

export function renderName({ name, createdAt }: Pick<RenderSummary, 'name' | 'createdAt'>): string {
  return name ?? i18next.t('history.of', { time: timeOf(createdAt) });
}

/** Formats a time; with the date unless it is today. */
export function timeOf(iso: string): string {
  const time = new Date(iso);
  const isToday = time.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(
    i18next.language,
    isToday ? { timeStyle: 'medium' } : { dateStyle: 'medium', timeStyle: 'short' },
  ).format(time);
}

/** Formats a duration, such as "3.2 s" or "2 min 5 s". */
export function durationOf(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

export function bytesOf(bytes: number): string {
  const mega = bytes / 2 ** 20;
  if (bytes > 0 && mega < 1) return `${Math.ceil(bytes / 1024)} kB`;
  return mega < 1024 ? `${Math.round(mega)} MB` : `${(mega / 1024).toFixed(1)} GB`;
}
