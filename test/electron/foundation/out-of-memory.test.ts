/**
 * Messages that allocators, threads and engines print when memory runs out, recorded from processes with limited
 * memory.
 */
import { expect, test } from 'vitest';
import { isOutOfMemory } from '../../../electron/foundation/out-of-memory.ts';

test.each([
  "terminate called after throwing an instance of 'std::bad_alloc'",
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  ' 2: 0x75968e node::OOMErrorHandler(char const*, v8::OOMDetails const&) [/usr/bin/node]',
  'glib: Error creating thread: Resource temporarily unavailable\nvips2png: unable to write to target target',
  'GLib-ERROR: gmem.c:136: failed to allocate 24 bytes',
  'pthread_create failed, error code: 11',
  'OpenCV(4.12.0) Insufficient memory: Failed to allocate 3145728 bytes',
  'CUDA failure 2: out of memory',
])('%s means out of memory', (message) => {
  expect(isOutOfMemory(message)).toBe(true);
  expect(isOutOfMemory(new Error(message))).toBe(true);
});

test.each(['pngload_buffer: libspng read error', 'The allocation of seats failed.', 'Segmentation fault'])(
  '%s does not',
  (message) => {
    expect(isOutOfMemory(new Error(message))).toBe(false);
  },
);
