/** Follows the scene and says in the editor's state what would not appear as intended in a render. */
import { useEffect } from 'react';
import type { AssetId } from '../../../electron/contract/render-request.ts';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import type { MaskPlane } from '../../editor/mask-plane.ts';
import { looksLikePhotograph, type PictureSample, SAMPLE_SIDE_PX } from '../../editor/picture-facts.ts';
import { type RenderWarning, renderWarnings, type SceneFacts } from '../../editor/render-warnings.ts';
import { useEditor } from '../../session/editor-store.ts';
import { reportError } from '../../session/notices.ts';
import type { Studio } from '../../session/studio.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { useFrame } from './use-frame.ts';

/** How long the scene must rest first. */
const REST_MS = 300;
/** Number of pictures whose samples are kept. */
const KEPT_SAMPLES = 32;

/** Renders nothing. */
export function WatchWarnings(): null {
  const studio = useStudioActions();
  const document = useStudio((state) => state.project?.document);
  const pack = useStudio((state) => state.engine?.pack ?? null);
  const size = useStudio((state) => state.backgroundSize);
  const frame = useFrame(document);
  useEffect(() => {
    const put = (warnings: readonly RenderWarning[]) => useEditor.setState({ renderWarnings: warnings });
    const { background } = document ?? {};
    if (!document || !background || !size || size.of !== background) {
      put([]);
      return;
    }
    let isCurrent = true;
    const look = async () => {
      const facts = await factsOf(studio, document, pack?.vocabulary?.draws === 'drawings');
      if (!isCurrent) return;
      put(renderWarnings(document, { ...facts, size, frame, downscale: pack?.downscale }));
    };
    const timer = setTimeout(() => look().catch(reportError), REST_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [studio, document, pack, size, frame]);
  return null;
}

async function factsOf(
  studio: Studio,
  { background, concepts }: SceneDocument,
  packDrawsDrawings: boolean,
): Promise<Pick<SceneFacts, 'packDrawsDrawings' | 'photographs' | 'background' | 'masks' | 'imageSizes'>> {
  const replacing = concepts.filter(({ visible, mode }) => visible && mode === 'replace');
  const masks = new Map<string, MaskPlane>();
  for (const { id, mask } of replacing) {
    if (mask !== null) masks.set(id, await studio.workbench.load(mask));
  }
  const sampled = [background!, ...replacing.flatMap(({ image }) => (image === null ? [] : [image]))];
  const photographs = new Set<string>();
  // Only a pack of drawings has to know.
  if (packDrawsDrawings && replacing.length > 0) {
    for (const id of sampled) if (looksLikePhotograph(await sampleOf(studio, id))) photographs.add(id);
  }
  const imageSizes: SceneFacts['imageSizes'] = new Map(
    concepts.flatMap(({ id }) => {
      const known = studio.tools.place.sizeOf(id);
      return known ? [[id, known]] : [];
    }),
  );
  return {
    packDrawsDrawings,
    photographs,
    background: masks.size > 0 ? await sampleOf(studio, background!) : undefined,
    masks,
    imageSizes,
  };
}

/** In the order of their last use. */
const samples = new Map<AssetId, PictureSample>();

async function sampleOf({ pictureLibrary }: Studio, id: AssetId): Promise<PictureSample> {
  const sample = samples.get(id) ?? (await readSample(pictureLibrary, id));
  samples.delete(id);
  samples.set(id, sample);
  if (samples.size > KEPT_SAMPLES) samples.delete(samples.keys().next().value!);
  return sample;
}

async function readSample(pictureLibrary: Studio['pictureLibrary'], id: AssetId): Promise<PictureSample> {
  try {
    const { base } = await pictureLibrary.open(id);
    const scale = Math.min(SAMPLE_SIDE_PX / Math.max(base.width, base.height), 1);
    const side = (length: number) => Math.max(Math.round(length * scale), 1);
    const [width, height] = [side(base.width), side(base.height)];
    const context = new OffscreenCanvas(width, height).getContext('2d')!;
    context.imageSmoothingQuality = 'high';
    context.drawImage(base, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  } finally {
    pictureLibrary.release(id);
  }
}
