/** Pictures and renders to put into projects; separate from the fixture, so that a child process can use them too. */

import { randomBytes } from 'node:crypto';
import { notice } from '../../../electron/contract/notices.ts';
import { PAPER_PARAMETERS } from '../../../electron/contract/parameters.ts';
import type { AssetId } from '../../../electron/contract/render-request.ts';
import type { NewRender } from '../../../electron/projects/project-records.ts';

const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** Bytes that begin like a PNG; projects check no more. */
export function pictureBytes(length = 1000): Buffer {
  return Buffer.concat([PNG_SIGNATURE, randomBytes(length)]);
}

export function renderOf(picture: AssetId, overrides: Partial<NewRender> = {}): NewRender {
  return {
    request: {
      version: 2,
      scene: {
        prompt: 'a cat on a beach',
        inpaintPrompt: 'a beach',
        background: picture,
        inpainted: null,
        frame: 'whole',
        concepts: [
          {
            name: 'Cat',
            prompt: 'a cat',
            image: picture,
            subject: null,
            mask: picture,
            mode: 'replace',
            front: null,
            placement: null,
            strength: 1,
            alpha: 0.15,
            order: 0,
          },
        ],
      },
      parameters: PAPER_PARAMETERS,
      pack: { id: 'starter', version: '1', weights: 'f'.repeat(64) },
    },
    result: picture,
    thumbnail: null,
    failure: null,
    device: { device: 'cpu', name: 'A processor', threads: 2, passedOver: [] },
    timingsMs: { load: 1, encode: 2, invert: 3, blend: 4, decode: 5 },
    totalMs: 15,
    metrics: { tclip: 0.38 },
    notices: [notice('NOT_INPAINTED', {})],
    ...overrides,
  };
}
