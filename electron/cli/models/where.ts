/** `models where`: shows the models folder, or sets another. */
import type { Command } from '../../foundation/command-line/command.ts';
import { chooseModelsFolder, findModelsFolder } from '../../models/models-folder.ts';
import { type ModelsSurroundings, storeOptions } from './surroundings.ts';

const REASONS = {
  call: 'set in this call',
  PNPMIX_MODELS_DIR: 'from PNPMIX_MODELS_DIR',
  setting: 'chosen with models where --set',
  platform: 'the system’s folder for application data',
} as const;

export function whereCommand({ facts }: ModelsSurroundings): Command {
  return {
    name: 'where',
    summary: 'Shows the models folder, or sets another.',
    usage: '[--set FOLDER]',
    operands: [],
    options: {
      set: { value: 'FOLDER', description: 'Use this models folder from now on.' },
      ...storeOptions.folder,
    },
    run: async ({ options, print, result, progress }) => {
      const set = options.text('set');
      if (set !== undefined) await chooseModelsFolder(facts, set);
      const { folder, chosenBy } = await findModelsFolder(facts, options.text('models-dir'));
      result({ modelsFolder: folder, chosenBy });
      print(folder);
      progress.say(`(${REASONS[chosenBy]})`);
    },
  };
}
