/** The pack description of a fake engine: a pack that can blend and nothing else. */
import type { OpenPack } from '../../../../electron/contract/engine-status.ts';
import type { Capabilities } from '../../../../electron/contract/preparation.ts';

export function describedPack(id: string, name: string, capabilities: Partial<Capabilities> = {}): OpenPack {
  return {
    name,
    identity: { id, version: '1', weights: 'f'.repeat(64) },
    licence: null,
    size: null,
    downscale: 4,
    multiple: 2,
    recommended: {},
    capabilities: {
      generateBackgrounds: false,
      negativePrompt: false,
      findMask: false,
      findMaskBy: null,
      findSubject: false,
      textThreshold: false,
      selectMask: false,
      selectMaskBy: 'grabCut',
      removeObjects: false,
      removalMethods: [],
      ...capabilities,
    },
  };
}
