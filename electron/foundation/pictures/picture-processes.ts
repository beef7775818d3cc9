/**
 * Runs picture operations in separate processes, so that a picture that takes for ever, or all memory, costs its host
 * nothing: no I/O thread, no memory, and no delay when the host ends.
 */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StudioError } from '../../contract/errors.ts';
import { type ChildLauncher, forkChild, type HostedChild } from '../processes/child-process.ts';
import type { LayeredPicture, PictureCodec } from './picture-codec.ts';
import { requirePictureFormat } from './picture-format.ts';
import type { PictureResponse, PictureTask } from './picture-messages.ts';
import { READ_LIMIT_S } from './read-limit.ts';
import { readingEnded, takesTooLong } from './refusals.ts';

export interface PictureLimits {
  /** Pictures processed at once. */
  readonly processes: number;
  /** Limit on the processor time for reading one, in milliseconds: a busy machine accepts the same pictures. */
  readonly cpuMs: number;
  /** Limit on a task's wall-clock time, in milliseconds, in case a process stalls. */
  readonly taskMs: number;
  /** How long an idle process is kept, in milliseconds. */
  readonly idleMs: number;
  /** Limit on the bytes of all queued tasks together; one task may always wait. */
  readonly waitingBytes: number;
}

const defaultLimits: PictureLimits = {
  processes: 2,
  // The slowest picture within the limits, CMYK of 100 megapixels, needs about twelve seconds.
  cpuMs: 60_000,
  taskMs: READ_LIMIT_S * 1000,
  idleMs: 20_000,
  waitingBytes: 512 << 20,
};

/** Next to this file, both as TypeScript and bundled for packaging. */
const PROCESS_FILE = fileURLToPath(new URL(`./picture-process${extname(import.meta.url)}`, import.meta.url));

interface Task extends PictureTask {
  /** Names the picture in messages. */
  readonly name: string;
  readonly bytes: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Worker {
  readonly child: HostedChild;
  isReady: boolean;
  task: Task | undefined;
  timer: NodeJS.Timeout | undefined;
}

export class PictureProcesses implements PictureCodec {
  readonly #launch: ChildLauncher;
  readonly #limits: PictureLimits;
  readonly #workers = new Set<Worker>();
  readonly #waiting: Task[] = [];
  #isClosed = false;

  /** @param launch child_process.fork by default */
  constructor(launch: ChildLauncher = () => forkChild(PROCESS_FILE), limits: Partial<PictureLimits> = {}) {
    this.#launch = launch;
    this.#limits = { ...defaultLimits, ...limits };
  }

  readonly normalise: PictureCodec['normalise'] = (...input) => this.#read('normalise', input);
  /** The file is not in this process's memory. */
  readonly normaliseFile: PictureCodec['normaliseFile'] = (...input) =>
    this.#run('normaliseFile', input, input[1], 0);
  readonly header: PictureCodec['header'] = (...input) => this.#read('header', input);
  readonly thumbnail: PictureCodec['thumbnail'] = (...input) => this.#read('thumbnail', input);
  readonly decode: PictureCodec['decode'] = (...input) => this.#read('decode', input);
  readonly placedShape: PictureCodec['placedShape'] = (...input) => this.#read('placedShape', input);
  readonly encode: PictureCodec['encode'] = (...input) =>
    this.#run('encode', input, 'The picture', input[0].data.length);
  readonly encodeAs: PictureCodec['encodeAs'] = (...input) =>
    this.#run('encodeAs', input, 'The picture', input[0].data.length);
  readonly encodePsd: PictureCodec['encodePsd'] = (...input) =>
    this.#run('encodePsd', input, 'The picture', bytesOf(input[0]));

  /** Starts a process if there is none, so that the next picture does not wait for one. */
  prepare(): void {
    if (this.#isClosed || this.#workers.size > 0) return;
    const worker = this.#start()!;
    this.#endWhenIdle(worker);
  }

  /** Ends every process; running tasks fail with CANCELLED. */
  close(): void {
    this.#isClosed = true;
    const tasks = [...this.#workers].flatMap(({ task }) => task ?? []);
    for (const worker of [...this.#workers]) this.#end(worker);
    for (const { reject } of [...tasks, ...this.#waiting.splice(0)]) reject(closed());
  }

  #read<Name extends Exclude<keyof PictureCodec, Encoding | 'normaliseFile'>>(
    operation: Name,
    input: Parameters<PictureCodec[Name]>,
  ): ReturnType<PictureCodec[Name]> {
    const [bytes, name] = input;
    try {
      // A file that is not a picture by its first bytes is refused at once, without queueing.
      requirePictureFormat(bytes, name);
    } catch (refusal) {
      return Promise.reject(refusal) as ReturnType<PictureCodec[Name]>;
    }
    return this.#run(operation, input, name, bytes.length);
  }

  #run<Name extends keyof PictureCodec>(
    operation: Name,
    input: Parameters<PictureCodec[Name]>,
    name: string,
    bytes: number,
  ): ReturnType<PictureCodec[Name]> {
    const result = new Promise<unknown>((resolve, reject) => {
      if (this.#isClosed) throw closed();
      const waitingBytes = this.#waiting.reduce((sum, task) => sum + task.bytes, bytes);
      if (this.#waiting.length > 0 && waitingBytes > this.#limits.waitingBytes) {
        throw new StudioError(
          'PICTURES_UNAVAILABLE',
          `${name} was not read: too many pictures are queued. Add it again in a moment.`,
        );
      }
      // Encoding gets no limit: the pixels are the program's own.
      const cpuMs = isEncoding(operation) ? Number.POSITIVE_INFINITY : this.#limits.cpuMs;
      this.#waiting.push({ operation, input, cpuMs, name, bytes, resolve, reject });
      this.#next();
    });
    return result as ReturnType<PictureCodec[Name]>;
  }

  /** Gives queued tasks to idle processes, starting more up to the limit. */
  #next(): void {
    while (this.#waiting.length > 0) {
      const worker = [...this.#workers].find(({ task }) => task === undefined) ?? this.#start();
      if (worker === undefined) return;
      const task = this.#waiting.shift()!;
      worker.task = task;
      clearTimeout(worker.timer);
      worker.timer = setTimeout(() => this.#overran(worker), this.#limits.taskMs);
      const { operation, input, cpuMs } = task;
      worker.child.send({ operation, input, cpuMs } satisfies PictureTask);
    }
  }

  #start(): Worker | undefined {
    if (this.#workers.size >= this.#limits.processes) return undefined;
    const child = this.#launch();
    const worker: Worker = { child, isReady: false, task: undefined, timer: undefined };
    this.#workers.add(worker);
    child.onMessage((message) => this.#onResponse(worker, message as PictureResponse));
    child.onExit(({ stderrTail }) => {
      // A process ended from here has been handled already.
      if (!this.#workers.has(worker)) return;
      const { task } = worker;
      this.#end(worker);
      task?.reject(
        worker.isReady
          ? readingEnded(task.name)
          : new StudioError(
              'PICTURES_UNAVAILABLE',
              `${task.name} was not read: the process that reads pictures cannot be started. Start the program again.`,
              { cause: new Error(stderrTail) },
            ),
      );
      this.#next();
    });
    return worker;
  }

  #onResponse(worker: Worker, response: PictureResponse): void {
    if (response.state === 'ready') {
      worker.isReady = true;
      return;
    }
    const { task } = worker;
    if (task === undefined || !this.#workers.has(worker)) return;
    if (response.state === 'overrun') {
      this.#overran(worker);
      return;
    }
    worker.task = undefined;
    clearTimeout(worker.timer);
    this.#endWhenIdle(worker);
    if (response.state === 'done') task.resolve(response.value);
    else task.reject(new StudioError(response.code, response.message));
    this.#next();
  }

  #endWhenIdle(worker: Worker): void {
    worker.timer = setTimeout(() => this.#end(worker), this.#limits.idleMs);
    worker.timer.unref();
  }

  #overran(worker: Worker): void {
    const { task } = worker;
    this.#end(worker);
    task?.reject(takesTooLong(task.name));
    this.#next();
  }

  #end(worker: Worker): void {
    this.#workers.delete(worker);
    clearTimeout(worker.timer);
    worker.child.kill();
  }
}

/** What writes pictures, rather than reads them. */
type Encoding = 'encode' | 'encodeAs' | 'encodePsd';

function isEncoding(operation: keyof PictureCodec): operation is Encoding {
  return operation === 'encode' || operation === 'encodeAs' || operation === 'encodePsd';
}

function bytesOf({ layers, merged }: LayeredPicture): number {
  return layers.reduce(
    (sum, { pixels, mask }) => sum + pixels.data.length + (mask?.data.length ?? 0),
    merged.data.length,
  );
}

function closed(): StudioError {
  return new StudioError('CANCELLED', 'The program is ending: the picture was not read.');
}
