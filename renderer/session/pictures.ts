/** Picture files on their way into a project: uploads, imports, and the sizes of pictures that the host serves. */
import i18next from 'i18next';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { StudioClient } from '../client/studio-client.ts';
import type { Size } from '../editor/view-transform.ts';
import { reportNotice } from './notices.ts';
import type { ProjectSession } from './project-session.ts';

export class Pictures {
  readonly #client: Pick<StudioClient, 'call' | 'upload' | 'readAsset'>;
  readonly #uploads = new WeakMap<Blob, Promise<AssetId>>();

  constructor(client: Pick<StudioClient, 'call' | 'upload' | 'readAsset'>) {
    this.#client = client;
  }

  /** Uploads a file, each one only once. @returns SHA-256 of its bytes */
  upload(file: Blob): Promise<AssetId> {
    const known = this.#uploads.get(file);
    if (known) return known;
    const upload = file
      .arrayBuffer()
      .then((buffer) => this.#client.upload(new Uint8Array(buffer), file.type || 'application/octet-stream'));
    this.#uploads.set(file, upload);
    // A failed one may be retried.
    upload.catch(() => this.#uploads.delete(file));
    return upload;
  }

  /** Imports a picture file into the project. @returns its id and size */
  async importPicture(file: Blob, name: string, fit: Size | null, session: ProjectSession) {
    const upload = await this.upload(file);
    return this.#client.call('assets.import', {
      projectId: session.projectId,
      upload,
      name,
      fit: fit && { width: fit.width, height: fit.height, mode: 'cover' },
    });
  }

  /** Imports a subject mask, resampled to its concept image's size. */
  async importSubject(file: Blob, image: AssetId, session: ProjectSession): Promise<AssetId> {
    return this.importMask(file, 'subject', await this.sizeOf(image), session);
  }

  /** Imports a mask file, resampled to a size in pixels, such as the background's. */
  async importMask(
    file: Blob,
    name: string,
    { width, height }: Size,
    session: ProjectSession,
  ): Promise<AssetId> {
    const upload = await this.upload(file);
    const { asset, notes } = await this.#client.call('assets.import', {
      projectId: session.projectId,
      upload,
      name,
      kind: 'loadedMask',
      fit: { width, height, mode: 'cover' },
    });
    for (const note of notes) {
      reportNotice(i18next.t(`pictureNotes.${note}`, { name }), { autoCloseMs: 15_000 });
    }
    return asset;
  }

  /** Size in pixels of a picture that the host serves, including candidates for the background. */
  async sizeOf(image: AssetId): Promise<Size> {
    const bitmap = await createImageBitmap(new Blob([await this.#client.readAsset(image)]));
    const { width, height } = bitmap;
    bitmap.close();
    return { width, height };
  }
}
