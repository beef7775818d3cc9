/** `models import`: uses models that are already on this machine. */
import { StudioError } from '../../contract/errors.ts';
import type { Command } from '../../foundation/command-line/command.ts';
import { countFiles } from './models-output.ts';
import { type ModelsSurroundings, openStore, storeControls, storeOptions } from './surroundings.ts';

const IMPORT_MODES = ['auto', 'hard-link', 'link', 'copy'] as const;

export function importCommand(surroundings: ModelsSurroundings): Command {
  return {
    name: 'import',
    summary: 'Uses models that you have: a diffusers folder, a .safetensors checkpoint, or a hub cache.',
    usage: 'PACK FOLDER|FILE [options]',
    operands: ['PACK', 'FOLDER'],
    options: {
      ...storeOptions.component,
      mode: { value: 'MODE', description: 'auto (hard link, else link), hard-link, link or copy.' },
      ...storeOptions.folder,
    },
    run: async (context) => {
      const { options, positionals, print, result } = context;
      const [pack = '', folder = ''] = positionals;
      const asked = options.text('mode') ?? 'auto';
      const mode = IMPORT_MODES.find((known) => known === asked);
      if (mode === undefined) {
        throw new StudioError('USAGE', `--mode is one of ${IMPORT_MODES.join(', ')}, not ${asked}.`);
      }
      const store = await openStore(surroundings, context);
      const { files, ownFiles } = await store.import(pack, folder, { ...storeControls(context), mode });
      const components = [...new Set(files.map(({ component }) => component))];
      result({ pack, files: files.length, components, ownFiles });
      for (const path of ownFiles) print(`not the catalogue’s own file: ${path}`);
      print(
        files.length === 0
          ? 'Everything was imported already.'
          : `Imported ${countFiles(files.length)}: ${components.join(', ')}.`,
      );
    },
  };
}
