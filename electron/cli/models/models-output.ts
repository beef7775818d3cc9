/** Formats sizes, times and progress for `models`. */
import type { StoreProgress } from '../../models/store-progress.ts';

/** 1 -> "1 file", 2 -> "2 files". */
export function countFiles(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}

const UNITS = ['kB', 'MB', 'GB', 'TB'];

/** 1234567 -> "1.2 MB" (decimal units, as disks and hubs count). */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes / 1000;
  let unit = 0;
  // 999.95 would be printed as 1000.0.
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}

/** 75 -> "1 min 15 s". */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

const STAGES: Record<StoreProgress['stage'], string> = {
  resolve: 'asking for',
  download: 'downloading',
  check: 'checking',
  place: 'placing',
};

/** One line of progress. */
export function formatProgress(progress: StoreProgress): string {
  const { stage, file, fileNumber, fileCount, bytesDone, bytesTotal, bytesPerSecond, secondsLeft } = progress;
  const parts = [`[${fileNumber}/${fileCount}] ${STAGES[stage]} ${file}`];
  if (stage !== 'resolve') {
    const share = bytesTotal ? ` (${Math.floor((100 * bytesDone) / bytesTotal)} %)` : '';
    const total = bytesTotal === null ? '' : ` of ${formatBytes(bytesTotal)}`;
    parts.push(`${formatBytes(bytesDone)}${total}${share}`);
  }
  if (bytesPerSecond !== null) parts.push(`${formatBytes(Math.round(bytesPerSecond))}/s`);
  if (secondsLeft !== null) parts.push(`${formatDuration(secondsLeft)} left`);
  return parts.join('  ');
}
