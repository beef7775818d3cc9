/** `models remove`: removes a pack, or parts of it. */
import type { Command } from '../../foundation/command-line/command.ts';
import { countFiles, formatBytes } from './models-output.ts';
import { type ModelsSurroundings, openStore, storeControls, storeOptions } from './surroundings.ts';

export function removeCommand(surroundings: ModelsSurroundings): Command {
  return {
    name: 'remove',
    summary: 'Removes the files of the model store, and no others.',
    usage: 'PACK [options]',
    operands: ['PACK'],
    options: { ...storeOptions.component, ...storeOptions.folder },
    run: async (context) => {
      const { positionals, print, result } = context;
      const [pack = ''] = positionals;
      const store = await openStore(surroundings, context);
      const { components, signal } = storeControls(context);
      const { removedFiles, freedBytes, kept } = await store.remove(pack, { components, signal });
      result({ pack, removedFiles, freedBytes, kept });
      for (const { path, reason } of kept) print(`kept ${path}: ${reason}`);
      print(`Removed ${countFiles(removedFiles)}; freed ${formatBytes(freedBytes)}.`);
    },
  };
}
