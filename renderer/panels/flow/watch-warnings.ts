/** Follows the scene and says in the editor's state what would not appear as intended in a render. */
import { useEffect } from 'react';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import type { MaskPlane } from '../../editor/mask-plane.ts';
import { type RenderWarning, renderWarnings, type SceneFacts } from '../../editor/render-warnings.ts';
import type { Size } from '../../editor/view-transform.ts';
import { useEditor } from '../../session/editor-store.ts';
import { reportError } from '../../session/notices.ts';
import type { Studio } from '../../session/studio.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { isPhotograph, sampleOf } from './picture-samples.ts';
import { useFrame } from './use-frame.ts';

/** How long the scene must rest first. */
const REST_MS = 300;

/** Renders nothing. */
export function WatchWarnings(): null {
  const studio = useStudioActions();
  const document = useStudio((state) => state.project?.document);
  const pack = useStudio((state) => state.engine?.pack ?? null);
  const drawsDrawings = useStudio((state) => state.engine?.vocabulary?.draws === 'drawings');
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
      const facts = await factsOf(studio, document, size, drawsDrawings);
      if (!isCurrent) return;
      put(renderWarnings(document, { ...facts, size, frame, downscale: pack?.downscale }));
    };
    const timer = setTimeout(() => look().catch(reportError), REST_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [studio, document, pack, drawsDrawings, size, frame]);
  return null;
}

async function factsOf(
  studio: Studio,
  { background, concepts }: SceneDocument,
  size: Size,
  packDrawsDrawings: boolean,
): Promise<Pick<SceneFacts, 'packDrawsDrawings' | 'photographs' | 'background' | 'masks' | 'imageSizes'>> {
  const replacing = concepts.filter(({ visible, mode }) => visible && mode === 'replace');
  const masks = new Map<string, MaskPlane>();
  for (const { id, mask } of replacing) {
    // The canvas may show a picture of another size, which is cut out.
    if (mask !== null) masks.set(id, await studio.workbench.load(mask, size));
  }
  const sampled = [background!, ...replacing.flatMap(({ image }) => (image === null ? [] : [image]))];
  const photographs = new Set<string>();
  // Only a pack of drawings has to know.
  if (packDrawsDrawings && replacing.length > 0) {
    for (const id of sampled) if (await isPhotograph(studio, id)) photographs.add(id);
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
