/** Saves and loads tensors in a shared folder until it is killed; exits with code 1 if one is wrong. */
import { DiskTensorStore } from '../../../../electron/inference/cache/tensor-store.ts';
import { tensor } from '../../../../electron/pipeline/tensor/tensor.ts';

const [folder, seed] = [process.argv[2]!, Number(process.argv[3])];
const store = new DiskTensorStore({ folder, salt: 'shared', limitBytes: 400_000 });

process.send!('ready');
for (let round = seed; ; round++) {
  const key = round % 13;
  const found = await store.load(`key ${key}`);
  if (found && !found[0]!.data.every((value) => value === key)) process.exit(1);
  await store.save(`key ${key}`, [tensor(new Float32Array(10_000).fill(key), [10_000])]);
}
