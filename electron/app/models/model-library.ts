/**
 * The model files of this computer, in the folders of other programs and in those that the user added: listed, watched,
 * and found by their content. A file is read through only when it is used.
 */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import type { LibraryModel, ModelPlace } from '../../contract/commands/library-commands.ts';
import { StudioError } from '../../contract/errors.ts';
import { type ModelFile, withoutExtension } from '../../contract/model-choice.ts';
import { ifPresent } from '../../foundation/files/file-errors.ts';
import type { PlatformFacts } from '../../foundation/folders.ts';
import type { PictureCodec } from '../../foundation/pictures/picture-codec.ts';
import {
  type FoundModel,
  findModels,
  hashOfModel,
  knownHashOfModel,
  type ModelContent,
  type ModelRoot,
  stateOfRoot,
  usualRoots,
} from '../../models/found-models.ts';
import type { TransientAssets } from '../assets/transient-assets.ts';
import { ModelListing } from './model-listing.ts';

export interface ModelLibraryOptions {
  readonly facts: PlatformFacts;
  /** For hashes of files that were read through. */
  readonly cacheFolder: string;
  /** Folders and files that the user added. */
  readonly places: () => readonly string[];
  /** Changes them as they are when it is this change's turn: two folders may be added at once. */
  readonly changePlaces: (change: (places: readonly string[]) => readonly string[]) => Promise<void>;
  readonly pictures: Pick<PictureCodec, 'thumbnail'>;
  readonly transient: Pick<TransientAssets, 'put'>;
  /** Called when a file was added, changed or removed. */
  readonly onChange: () => void;
}

/** How to follow the reading of a file. */
export interface ReadControls {
  readonly signal: AbortSignal;
  readonly onRead?: (bytesRead: number, bytesTotal: number) => void;
}

/** Largest picture beside a model that is shown. */
const MAX_PREVIEW_BYTES = 32 << 20;
/** Marks the roots that the user added. */
const ADDED = '';

export class ModelLibrary {
  readonly #options: ModelLibraryOptions;
  readonly #listing: ModelListing;
  /** Of the last listing: a page may name these paths, and no others. */
  #listed = new Map<string, FoundModel>();
  #lastAdded: Promise<void> = Promise.resolve();

  constructor(options: ModelLibraryOptions) {
    this.#options = options;
    this.#listing = new ModelListing(() => this.#roots(), options.onChange);
  }

  /** Lists all models, and watches their folders from now on. */
  async list(): Promise<{ places: ModelPlace[]; models: LibraryModel[] }> {
    const roots = this.#roots();
    const found = await this.#listing.search();
    this.#listed = new Map(found.map((model) => [model.path, model]));
    const models: LibraryModel[] = [];
    for (const { program, preview, triggerWords, weights, ...model } of found) {
      models.push({
        ...model,
        program: program === ADDED ? null : program,
        hasPreview: preview !== null,
        triggerWords: [...triggerWords],
        sha256: (await this.#knownHash({ path: model.path, weights })) ?? null,
      });
    }
    const places = roots.map(async (root) => ({
      path: root.folder,
      program: root.program === ADDED ? null : root.program,
      state: await stateOfRoot(root),
    }));
    return { places: await Promise.all(places), models };
  }

  /** @returns the id of a small picture; null for none, or one that cannot be read */
  async preview(path: string): Promise<string | null> {
    const preview = this.#listed.get(path)?.preview ?? null;
    if (preview === null) return null;
    const { pictures, transient } = this.#options;
    try {
      if ((await stat(preview)).size > MAX_PREVIEW_BYTES) return null;
      const small = await pictures.thumbnail(await readFile(preview), basename(preview), 'webp');
      return transient.put(small, 'image/webp');
    } catch {
      // A picture beside a model is decoration: without it the model is as good.
      return null;
    }
  }

  /**
   * Identifies a listed model by its content; the file is read through once.
   *
   * @throws StudioError PARAMETER_INVALID for a path that was not listed, MODEL_INVALID, CANCELLED
   */
  async identify(path: string, controls: ReadControls): Promise<ModelFile> {
    const model = this.#listed.get(path);
    if (model === undefined) {
      throw new StudioError('PARAMETER_INVALID', `${path} is not in the list of models any more.`);
    }
    if (model.problem !== null) throw new StudioError('MODEL_INVALID', model.problem);
    return { name: model.name, sha256: await this.#hash(model, controls) };
  }

  /**
   * The paths of models on this computer, undefined for those that are not. Files of the same name are read through if
   * they have to be.
   *
   * @throws StudioError CANCELLED
   */
  async find(files: readonly ModelFile[], controls: ReadControls): Promise<(string | undefined)[]> {
    const findAmong = async (models: readonly FoundModel[]) => {
      const paths: (string | undefined)[] = [];
      for (const file of files) paths.push(await this.#findAmong(models, file, controls));
      return paths;
    };
    const paths = await findAmong(await this.#listing.current());
    return paths.includes(undefined) ? findAmong(await this.#listing.search()) : paths;
  }

  async #findAmong(
    models: readonly FoundModel[],
    { name, sha256 }: ModelFile,
    controls: ReadControls,
  ): Promise<string | undefined> {
    const unread: FoundModel[] = [];
    for (const model of models) {
      const known = await this.#knownHash(model);
      if (known === sha256) return model.path;
      const isNamesake = model.name.toLowerCase() === withoutExtension(name).toLowerCase();
      if (known === undefined && isNamesake && model.problem === null) unread.push(model);
    }
    for (const model of unread) {
      if ((await ifPresent(this.#hash(model, controls))) === sha256) return model.path;
    }
    return undefined;
  }

  /** The paths of all embeddings that can be used. */
  async embeddings(): Promise<string[]> {
    const among = (models: readonly FoundModel[]) =>
      models.filter(({ kind, problem }) => kind === 'embedding' && problem === null).map(({ path }) => path);
    const paths = among(await this.#listing.current());
    return paths.every((path) => existsSync(path)) ? paths : among(await this.#listing.search());
  }

  /**
   * @param what for the message: "checkpoint", "VAE", "LoRA"
   * @throws StudioError MODEL_MISSING with name and hash; CANCELLED
   */
  async require(what: string, file: ModelFile, signal: AbortSignal): Promise<string> {
    const [path] = await this.find([file], { signal });
    if (path !== undefined) return path;
    throw new StudioError(
      'MODEL_MISSING',
      `The ${what} “${file.name}” (SHA-256 ${file.sha256}) is not on this computer, or not in the folders that are ` +
        'searched. Open Models and locate the file, or choose another.',
    );
  }

  /**
   * Adds the file of a scene's model, or its diffusers folder, or a folder that has it, wherever it is.
   *
   * @throws StudioError PARAMETER_INVALID when there is no such file, MODEL_INVALID when its content is another, CANCELLED
   */
  async locate(file: ModelFile, path: string, controls: ReadControls): Promise<ModelFile> {
    const place = await this.#existing(path);
    const model = await modelAt(place);
    if (model === undefined) {
      await this.add(place);
      const [found] = await this.find([file], controls);
      if (found !== undefined) return file;
      throw new StudioError(
        'MODEL_MISSING',
        `No model in ${place} has the content of “${file.name}” (SHA-256 ${file.sha256}).`,
      );
    }
    const sha256 = await this.#hash(model, controls);
    if (sha256 !== file.sha256) {
      throw new StudioError(
        'MODEL_INVALID',
        `${place} is another model than “${file.name}”: its SHA-256 is ${sha256}, not ${file.sha256}. ` +
          'Choose the right one, or use this one instead.',
      );
    }
    await this.add(place);
    return file;
  }

  /**
   * Adds a folder or file. Additions take turns, so that places are searched in the order in which they were added.
   *
   * @throws StudioError PARAMETER_INVALID when there is no such folder or file
   */
  add(path: string): Promise<void> {
    const added = this.#lastAdded.then(() => this.#add(path));
    this.#lastAdded = added.catch(() => undefined);
    return added;
  }

  async #add(path: string): Promise<void> {
    const place = await this.#existing(path);
    const isSearched = (places: readonly string[]) =>
      this.#roots(places).some(({ folder }) => folder === place || folder === dirname(place));
    if (!isSearched(this.#options.places())) {
      await this.#options.changePlaces((places) => (isSearched(places) ? places : [...places, place]));
    }
    this.#options.onChange();
  }

  /** @throws StudioError PARAMETER_INVALID for a place that was not added */
  async remove(path: string): Promise<void> {
    if (!this.#options.places().includes(path)) {
      throw new StudioError('PARAMETER_INVALID', `${path} is not one of the added folders.`);
    }
    await this.#options.changePlaces((latest) => latest.filter((place) => place !== path));
    this.#options.onChange();
  }

  async close(): Promise<void> {
    await this.#listing.close();
  }

  #roots(places = this.#options.places()): ModelRoot[] {
    return [...places.map((folder) => ({ program: ADDED, folder })), ...usualRoots(this.#options.facts)];
  }

  #knownHash(model: ModelContent): Promise<string | undefined> {
    return knownHashOfModel(model, this.#options.cacheFolder);
  }

  #hash(model: ModelContent, { signal, onRead }: ReadControls): Promise<string> {
    return hashOfModel(model, this.#options.cacheFolder, signal, onRead);
  }

  async #existing(path: string): Promise<string> {
    const place = resolve(path);
    const status = isAbsolute(path) ? await ifPresent(stat(place)) : undefined;
    // Reading a pipe would wait for its writer.
    if (status?.isDirectory() || status?.isFile()) return place;
    throw new StudioError('PARAMETER_INVALID', `There is no folder or file ${path}. Give its full path.`);
  }
}

/** A file, or a folder in diffusers' layout; undefined for a folder of models. */
async function modelAt(place: string): Promise<ModelContent | undefined> {
  if (!(await stat(place)).isDirectory()) return { path: place, weights: null };
  const models = await findModels([{ program: ADDED, folder: place }]);
  return models.find(({ path }) => path === place);
}
