/**
 * Set-up of the files that share a process (docs/decisions/0220). The product's module that blocks libvips' loaders,
 * for good, is loaded before each of them, so that no test depends on which file ran before it; and a file that leaves
 * ONNX Runtime sessions open fails by itself, rather than those after it.
 */
import '../electron/foundation/pictures/libvips.ts';
import { afterAll, expect } from 'vitest';
import { openSessionCount } from '../electron/inference/runtime/sessions.ts';

const before = openSessionCount();
afterAll(() => expect(openSessionCount(), 'sessions left open').toBe(before));
