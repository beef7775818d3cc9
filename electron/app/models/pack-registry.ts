/** The model packs that can render: the bundled ones, and those of the store whose blending model is installed. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListedPack } from '../../contract/commands/model-commands.ts';
import { StudioError } from '../../contract/errors.ts';
import type { PackManifest } from '../../contract/pack-manifest.ts';
import { PAPER_PARAMETERS, type RenderParameters } from '../../contract/parameters.ts';
import { ifPresent } from '../../foundation/files/file-errors.ts';
import { readPackManifest } from '../../foundation/files/pack-manifest.ts';
import type { ModelStore } from '../../models/model-store.ts';

export class PackRegistry {
  readonly #bundledFolder: string;
  readonly #store: ModelStore;

  /** @param bundledFolder a folder per pack; those with a pack.json are bundled */
  constructor(bundledFolder: string, store: ModelStore) {
    this.#bundledFolder = bundledFolder;
    this.#store = store;
  }

  /** The folder of a pack. The engine checks that it exists and can be opened. */
  async folderOf(packId: string): Promise<string> {
    const bundled = join(this.#bundledFolder, packId);
    const catalog = this.#store.catalogs.find(({ id }) => id === packId);
    const blending = catalog?.components.find(({ manifest }) => manifest !== undefined);
    if (blending === undefined) return bundled;
    const listed = (await this.#store.list()).find(({ id }) => id === packId);
    return listed?.components.find(({ id }) => id === blending.id)?.folder ?? bundled;
  }

  /** Where the store installs models that prepare scenes; the engine finds out which are there. */
  async componentsFolder(): Promise<string> {
    const catalog = this.#store.catalogs.find(({ components }) =>
      components.some(({ id }) => id === 'detector'),
    );
    return this.folderOf(catalog?.id ?? 'starter');
  }

  /**
   * @param code of the error
   * @throws StudioError that lists the packs, or states that this one is not installed
   */
  async assertUsable(packId: string, code: 'PARAMETER_INVALID' | 'PACK_UNKNOWN'): Promise<void> {
    const packs = await this.list();
    const pack = packs.find(({ id }) => id === packId);
    if (pack?.isUsable) return;
    const usable = packs.filter(({ isUsable }) => isUsable).map(({ name }) => name);
    throw new StudioError(
      code,
      pack === undefined
        ? `There is no model pack ${packId} here. Choose another in Models: ${usable.join(', ')}.`
        : `The model pack ${pack.name} is not installed. Download or import it in Models, or choose another: ${usable.join(', ')}.`,
    );
  }

  /** The parameters of a new scene: the pack's recommendation over the paper's. */
  async startingParameters(
    packId: string,
  ): Promise<{ parameters: RenderParameters; alpha: number | undefined }> {
    const manifest = await readPackManifest(await this.folderOf(packId));
    const { alpha, ...recommended } = manifest?.recommended ?? {};
    const given = Object.fromEntries(Object.entries(recommended).filter(([, value]) => value !== undefined));
    return { parameters: { ...PAPER_PARAMETERS, ...given }, alpha };
  }

  /** All packs. No network. */
  async list(): Promise<ListedPack[]> {
    const bundled: ListedPack[] = [];
    for (const name of (await ifPresent(readdir(this.#bundledFolder))) ?? []) {
      const manifest = await readPackManifest(join(this.#bundledFolder, name));
      if (manifest !== undefined) bundled.push(describeBundled(manifest));
    }
    const stored = (await this.#store.list()).map(({ id, name, description, components }) => {
      const catalog = this.#store.catalogs.find((candidate) => candidate.id === id);
      const blending = catalog?.components.find(({ manifest }) => manifest !== undefined)?.id;
      return {
        id,
        name,
        description,
        isBundled: false,
        takesCheckpoints: catalog?.components.some(({ checkpoint }) => checkpoint !== undefined) ?? false,
        isUsable: components.some(
          (component) => component.id === blending && component.state === 'installed',
        ),
        components: components.map(({ folder: _, ...component }) => component),
      };
    });
    return [...bundled, ...stored];
  }
}

/** What bundled packs are for, by their ids. */
const BUNDLED_DESCRIPTIONS: Readonly<Record<string, string>> = {
  starter:
    'Included with the program; needs no download. It knows twelve kinds of subjects, as drawings of 256 x 256 pixels; for photographs use a larger pack.',
};

function describeBundled({ id, name, licence, files }: PackManifest): ListedPack {
  const knownBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    id,
    name,
    description: BUNDLED_DESCRIPTIONS[id] ?? 'Included with the program; needs no download.',
    isBundled: true,
    isUsable: true,
    takesCheckpoints: false,
    components: [
      {
        id,
        name,
        purpose: 'Everything that a scene needs.',
        licence,
        isOptional: false,
        state: 'installed',
        installedBytes: knownBytes,
        size: { files: files.length, knownBytes, unknownFiles: 0 },
      },
    ],
  };
}
