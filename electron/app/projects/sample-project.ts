/** The bundled sample scene as the document of a new project. */
import { PAPER_ALPHA, type RenderParameters } from '../../contract/parameters.ts';
import type { AssetId } from '../../contract/render-request.ts';
import { CONCEPT_COLOURS, type SceneDocument } from '../../contract/scene-document.ts';
import type { PictureCodec } from '../../foundation/pictures/picture-codec.ts';
import { loadScene } from '../scenes/scene-folder.ts';

/** A scene read from its folder, its pictures ready for a project. */
export interface SampleScene {
  readonly name: string;
  /** Stores the pictures by `putAsset` and makes the document. */
  readonly toDocument: (putAsset: (bytes: Uint8Array) => AssetId) => SceneDocument;
}

/**
 * Reads a scene file (docs/scene-file.md) and its pictures.
 *
 * @param names of the scene, its concepts and what they replace, by those in the file
 * @param start parameters that the file omits
 * @throws StudioError SCENE_MISSING, SCENE_INVALID, CONCEPT_COUNT, ASSET_MISSING, ASSET_INVALID
 */
export async function readSampleScene(
  path: string,
  names: Readonly<Record<string, string>>,
  start: { readonly parameters: RenderParameters; readonly alpha: number | undefined },
  codec: Pick<PictureCodec, 'normalise'>,
): Promise<SampleScene> {
  const { file, assetIds, assets } = await loadScene(path);
  const named = (name: string) => (Object.hasOwn(names, name) ? names[name]! : name);
  const masks = new Set(file.concepts.flatMap(({ subject, mask, front }) => [subject, mask, front]));
  const pictures = new Map<string, Uint8Array>();
  for (const [name, id] of assetIds) {
    const kind = masks.has(name) ? 'mask' : 'picture';
    pictures.set(name, (await codec.normalise(assets.get(id)!.bytes, name, kind, null)).bytes);
  }
  const given = Object.fromEntries(
    Object.entries(file.parameters).filter(([, value]) => value !== undefined),
  );
  return {
    name: named(file.name ?? 'Sample scene'),
    toDocument: (putAsset) => {
      const put = (name: string) => putAsset(pictures.get(name)!);
      return {
        version: 2,
        prompt: file.prompt,
        inpaintPrompt: file.inpaintPrompt,
        background: put(file.background),
        inpainted: file.inpainted === undefined ? null : put(file.inpainted),
        frame: file.frame,
        concepts: file.concepts
          .toSorted((a, b) => a.order - b.order)
          .map(({ name, prompt, image, subject, mode, mask, front, placement, strength, alpha }, index) => ({
            id: `concept-${index + 1}`,
            name: named(name),
            prompt,
            // The prompt describes the concept, which looks different from the object in the background; the name fits
            // both, but whose it is.
            phrase: named(name.replace(/^my\s+/i, '')),
            image: put(image),
            subject: subject === undefined ? null : put(subject),
            mode,
            mask: mask === undefined ? null : put(mask),
            front: front === undefined ? null : put(front),
            placement: placement ?? null,
            strength,
            alpha: alpha ?? start.alpha ?? PAPER_ALPHA,
            visible: true,
            locked: false,
            colour: CONCEPT_COLOURS[index % CONCEPT_COLOURS.length]!,
          })),
        parameters: { ...start.parameters, ...given },
      };
    },
  };
}
