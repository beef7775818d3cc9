/** `models verify`: checks the installed files of a pack, and repairs them. */
import { StudioError } from '../../contract/errors.ts';
import type { Command } from '../../foundation/command-line/command.ts';
import { countFiles } from './models-output.ts';
import { describePull } from './pull.ts';
import { type ModelsSurroundings, openStore, storeControls, storeOptions } from './surroundings.ts';

export function verifyCommand(surroundings: ModelsSurroundings): Command {
  return {
    name: 'verify',
    summary: 'Checks every installed file by its SHA-256.',
    usage: 'PACK [options]',
    operands: ['PACK'],
    options: {
      ...storeOptions.component,
      quick: { description: 'Check sizes and times only.' },
      repair: { description: 'Download missing or changed files again.' },
      ...storeOptions.licence,
      ...storeOptions.folder,
    },
    run: async (context) => {
      const { options, positionals, print, result } = context;
      const [pack = ''] = positionals;
      const store = await openStore(surroundings, context);
      const controls = storeControls(context);
      const files = await store.verify(pack, { ...controls, quick: options.has('quick') });
      const bad = files.filter(({ state }) => state === 'missing' || state === 'changed');
      const absent = files.filter(({ state }) => state === 'absent');
      const found = {
        pack,
        right: files.length - bad.length - absent.length,
        damaged: bad.map(({ state, finalPath }) => ({ state, path: finalPath })),
        absent: absent.map(({ finalPath }) => finalPath),
      };
      for (const { state, finalPath } of [...bad, ...absent]) print(`${state.padEnd(9)}${finalPath}`);
      print(`${countFiles(found.right)} right, ${bad.length} damaged, ${absent.length} not installed.`);
      if (bad.length === 0 || !options.has('repair')) result({ ...found, repaired: null });
      if (bad.length === 0) return;
      if (!options.has('repair')) {
        throw new StudioError(
          'PACK_INCOMPLETE',
          'Run the command again with --repair to download the damaged files again.',
        );
      }
      const repaired = await store.repair(pack, bad, {
        ...controls,
        components: undefined,
        acceptedLicences: options.texts('accept-licence'),
      });
      result({ ...found, repaired });
      print(describePull(repaired));
    },
  };
}
