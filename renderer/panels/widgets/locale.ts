/** Times, durations and sizes as the system writes them, in the language of the window. */
import i18next from 'i18next';

/**
 * The system's locale of the chosen language: English texts on a British system have British times.
 *
 * @param languages what the system prefers, best first
 */
export function localeOf(language: string, languages: readonly string[]): string {
  return languages.find((tag) => tag.split('-')[0] === language) ?? language;
}

function locale(): string {
  return localeOf(i18next.language, navigator.languages);
}

/** Formats a time; with the date unless it is today. */
export function timeOf(iso: string): string {
  const time = new Date(iso);
  const isToday = time.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(
    locale(),
    isToday ? { timeStyle: 'medium' } : { dateStyle: 'medium', timeStyle: 'short' },
  ).format(time);
}

/** Formats a duration, such as "3.2s" or "2m 5s"; in Korean "3.2초" or "2분 5초". */
export function durationOf(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return unit(seconds, 'second', seconds < 10 ? 1 : 0);
  const whole = Math.round(seconds);
  return `${unit(Math.floor(whole / 60), 'minute')} ${unit(whole % 60, 'second')}`;
}

export function bytesOf(bytes: number): string {
  const mega = bytes / 2 ** 20;
  if (bytes > 0 && mega < 1) return `${numberOf(Math.ceil(bytes / 1024))} kB`;
  return mega < 1024 ? `${numberOf(Math.round(mega))} MB` : `${numberOf(mega / 1024, 1)} GB`;
}

/** Formats a number with the system's separators. */
export function numberOf(value: number, decimals = 0): string {
  return new Intl.NumberFormat(locale(), {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
}

/** Formats a list, such as "a, b and c". */
export function listOf(parts: readonly string[]): string {
  return new Intl.ListFormat(locale()).format(parts);
}

function unit(value: number, of: 'second' | 'minute', decimals = 0): string {
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit: of,
    unitDisplay: 'narrow',
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
}
