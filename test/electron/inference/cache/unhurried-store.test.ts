/** A store that nobody waits for. */
import { expect, test } from 'vitest';
import { UnhurriedStore } from '../../../../electron/inference/cache/unhurried-store.ts';
import { type Tensor, tensor } from '../../../../electron/pipeline/tensor/tensor.ts';

test('gives back what it is still writing, and says when all is written', async () => {
  const files = new Map<string, readonly Tensor[]>();
  const disk = Promise.withResolvers<void>();
  const store = new UnhurriedStore({
    load: async (key) => files.get(key),
    save: async (key, tensors) => {
      await disk.promise;
      files.set(key, tensors);
    },
  });
  const tensors = [tensor(new Float32Array([1, 2]), [2])];
  await store.save('latents', tensors);
  expect(files.size).toBe(0);
  expect(await store.load('latents')).toBe(tensors);
  expect(await store.load('others')).toBeUndefined();
  const written = store.written();
  disk.resolve();
  await written;
  expect(files.get('latents')).toBe(tensors);
});
