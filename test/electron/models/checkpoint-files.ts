/** Weights of tiny checkpoints, split and combined differently. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Buffer;
}

export function readTensors(path: string): Map<string, StoredTensor> {
  const file = readFileSync(path);
  const headerEnd = 8 + Number(file.readBigUInt64LE());
  const header = JSON.parse(file.subarray(8, headerEnd).toString()) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = Object.entries(header).filter(([name]) => name !== '__metadata__');
  return new Map(
    tensors.map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]) => [name, { dtype, shape, bytes: file.subarray(headerEnd + begin, headerEnd + end) }],
    ),
  );
}

export function writeTensors(path: string, tensors: Iterable<[string, StoredTensor]>): void {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const data: Buffer[] = [];
  let end = 0;
  for (const [name, { dtype, shape, bytes }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [end, end + bytes.length] };
    data.push(bytes);
    end += bytes.length;
  }
  const text = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([prefix, text, ...data]));
}

/** Splits a weights file's tensors into two files with an index, as diffusers does above 10 GB. */
export function shardWeights(path: string): void {
  const stem = basename(path, '.safetensors');
  const tensors = [...readTensors(path)];
  const half = Math.ceil(tensors.length / 2);
  const shards = [tensors.slice(0, half), tensors.slice(half)];
  const weightMap: Record<string, string> = {};
  for (const [index, shard] of shards.entries()) {
    const name = `${stem}-0000${index + 1}-of-00002.safetensors`;
    writeTensors(join(dirname(path), name), shard);
    for (const [tensor] of shard) weightMap[tensor] = name;
  }
  writeFileSync(`${path}.index.json`, JSON.stringify({ metadata: { total_size: 0 }, weight_map: weightMap }));
  rmSync(path);
}
