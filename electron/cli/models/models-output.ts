/** What `models` prints: sizes and times for people, progress as one line on a terminal and as few lines off it. */
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

/** Longest silence off a terminal. */
const PLAIN_INTERVAL_MS = 10_000;

export interface ProgressPrinter {
  readonly show: (progress: StoreProgress) => void;
  /** Prints a line of its own, around the progress. */
  readonly say: (line: string) => void;
  /** Clears the progress line. */
  readonly end: () => void;
}

/**
 * @param write to the error stream, so that results can be piped
 * @param isTerminal whether a line can be written over
 */
export function progressPrinter(
  write: (text: string) => void,
  isTerminal: boolean,
  now: () => number,
): ProgressPrinter {
  let isShowing = false;
  let lastMs = Number.NEGATIVE_INFINITY;
  let lastFile = '';
  const end = () => {
    if (isShowing) write('\r\x1b[K');
    isShowing = false;
  };
  return {
    show: (progress) => {
      if (isTerminal) {
        write(`\r\x1b[K${formatProgress(progress)}`);
        isShowing = true;
        return;
      }
      if (progress.stage === 'resolve') return;
      const key = `${progress.stage} ${progress.file}`;
      if (key === lastFile && now() - lastMs < PLAIN_INTERVAL_MS) return;
      lastFile = key;
      lastMs = now();
      write(`${formatProgress(progress)}\n`);
    },
    say: (line) => {
      end();
      write(`${line}\n`);
    },
    end,
  };
}
