/** `models where`: the models folder, and choosing another. */
import type { Command } from '../../foundation/command-line/command.ts';
import { chooseModelsFolder, findModelsFolder } from '../../models/models-folder.ts';
import { type ModelsSurroundings, storeOptions } from './surroundings.ts';

const REASONS = {
  call: 'named in this call',
  PNPMIX_MODELS_DIR: 'from PNPMIX_MODELS_DIR',
  setting: 'chosen with models where --set',
  platform: 'this system’s place for application data',
} as const;

export function whereCommand({ facts }: ModelsSurroundings): Command {
  return {
    name: 'where',
    summary: 'Shows the folder that models are kept in, or chooses another.',
    usage: '[--set FOLDER]',
    operands: [],
    options: {
      set: { value: 'FOLDER', description: 'Keep models there from now on.' },
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
