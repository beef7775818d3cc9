/** `models found`: lists other programs' models on this machine. */
import { StudioError } from '../../contract/errors.ts';
import type { Command } from '../../foundation/command-line/command.ts';
import { defaultCacheFolder } from '../../foundation/folders.ts';
import {
  type FoundModel,
  findModels,
  hashOfModel,
  stateOfRoot,
  usualRoots,
} from '../../models/found-models.ts';
import { formatBytes } from './models-output.ts';
import type { ModelsSurroundings } from './surroundings.ts';

const FAMILIES = { sd1: 'SD 1.x', sd2: 'SD 2.x', sdxl: 'SDXL' } as const;

export function foundCommand({ facts }: ModelsSurroundings): Command {
  return {
    name: 'found',
    summary: 'Lists checkpoints, LoRAs and VAEs of ComfyUI, A1111, Forge, InvokeAI and the hub cache.',
    usage: '[FOLDER...] [options]',
    details: 'Only headers are read, and nothing is moved. Other folders than the usual ones are named.',
    options: {
      family: { value: 'sd1|sd2|sdxl', description: 'Only models of this family.' },
      search: { value: 'TEXT', description: 'Only models with this in their name.' },
      hash: { description: 'Also the SHA-256; a file is read through once, and its hash remembered.' },
    },
    run: async ({ options, positionals, print, result, signal, progress }) => {
      const family = options.text('family');
      if (family !== undefined && !(family in FAMILIES)) {
        throw new StudioError(
          'USAGE',
          `--family takes ${Object.keys(FAMILIES).join(', ')}; not "${family}".`,
        );
      }
      const search = options.text('search')?.toLowerCase() ?? '';
      const roots =
        positionals.length > 0
          ? positionals.map((folder) => ({ program: folder, folder }))
          : usualRoots(facts);
      for (const { folder } of roots) {
        const state = await stateOfRoot({ folder });
        if (state === 'readable') continue;
        const problem =
          state === 'missing'
            ? `There is no folder or file ${folder}.`
            : `${folder} cannot be read. Check its permissions and its disk.`;
        if (positionals.length > 0) throw new StudioError('PARAMETER_INVALID', problem);
        // Not everybody has every other program.
        if (state === 'unreadable') progress.say(problem);
      }
      const models = (await findModels(roots)).filter(
        (model) =>
          (family === undefined || model.family === family) && model.name.toLowerCase().includes(search),
      );
      const listed: Listed[] = [];
      for (const model of models) {
        const isHashed = options.has('hash') && model.problem === null;
        const { weights: _, ...shown } = model;
        listed.push({
          ...shown,
          ...(isHashed && { sha256: await hashOfModel(model, defaultCacheFolder(facts), signal) }),
        });
      }
      result({ folders: roots.map(({ folder }) => folder), models: listed });
      for (const model of listed) print(lineOf(model));
      if (listed.length === 0) progress.say(`No models in ${roots.map(({ folder }) => folder).join(', ')}.`);
    },
  };
}

type Listed = Omit<FoundModel, 'weights'> & { readonly sha256?: string };

function lineOf({ name, kind, family, precision, bytes, program, path, problem, sha256 }: Listed) {
  const facts = [kind, family && FAMILIES[family], precision, formatBytes(bytes), program];
  const details = [
    facts.filter((fact) => fact !== null).join(', '),
    ...(sha256 === undefined ? [] : [sha256]),
  ];
  return [`${name}  ${details.join('  ')}`, `  ${path}`, ...(problem === null ? [] : [`  ${problem}`])].join(
    '\n',
  );
}
