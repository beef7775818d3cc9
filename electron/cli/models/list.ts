/** `models list`: packs and their parts. */
import { bytesToDownload, type CatalogSize } from '../../contract/pack-catalog.ts';
import type { Command } from '../../foundation/command-line/command.ts';
import { countFiles, formatBytes } from './models-output.ts';
import { type ModelsSurroundings, openStore, storeOptions } from './surroundings.ts';

export function listCommand(surroundings: ModelsSurroundings): Command {
  return {
    name: 'list',
    summary: 'Lists packs and their parts, and what is installed.',
    usage: '[options]',
    operands: [],
    options: storeOptions.folder,
    run: async (context) => {
      const { print, result, progress } = context;
      const store = await openStore(surroundings, context);
      const packs = await store.list();
      const freeBytes = await store.freeBytes();
      result({ modelsFolder: store.modelsFolder, freeBytes, packs });
      for (const { id, name, components } of packs) {
        print(`${id}  ${name}`);
        for (const component of components) {
          const size =
            component.state === 'absent'
              ? describeSize(component.size)
              : formatBytes(component.installedBytes);
          const optional = component.isOptional ? ', optional' : '';
          print(
            `  ${component.id.padEnd(18)}${component.state.padEnd(11)}${component.name} (${size}${optional}, ${component.licence})`,
          );
        }
        const left = bytesToDownload(components);
        if (left.knownBytes > 0 || left.unknownFiles > 0) {
          print(`  to download, without the optional parts: ${describeSize(left)}`);
        }
      }
      const free = freeBytes === undefined ? '' : ` (${formatBytes(freeBytes)} free)`;
      progress.say(`models folder: ${store.modelsFolder}${free}`);
    },
  };
}

/** "5.2 GB", or the known part of it: only the sources know the rest. */
function describeSize({
  knownBytes,
  unknownFiles,
}: Pick<CatalogSize, 'knownBytes' | 'unknownFiles'>): string {
  if (unknownFiles === 0) return formatBytes(knownBytes);
  const rest = `${countFiles(unknownFiles)} of unknown size`;
  return knownBytes === 0 ? rest : `${formatBytes(knownBytes)} and ${rest}`;
}
