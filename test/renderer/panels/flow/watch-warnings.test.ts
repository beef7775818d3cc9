// @vitest-environment happy-dom
/** What would not appear as intended is looked for in the scene's own masks, whatever the canvas shows. */
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import { emptySceneDocument } from '../../../../electron/contract/scene-document.ts';
import type { MaskLibrary } from '../../../../renderer/canvas/mask-library.ts';
import { MaskWorkbench } from '../../../../renderer/canvas/mask-workbench.ts';
import { Watched } from '../../../../renderer/canvas/watched.ts';
import { maskPlane } from '../../../../renderer/editor/mask-plane.ts';
import { paintableMask } from '../../../../renderer/editor/mask-target.ts';
import { resamplePlane } from '../../../../renderer/editor/resample-plane.ts';
import type { Size } from '../../../../renderer/editor/view-transform.ts';
import { WatchWarnings } from '../../../../renderer/panels/flow/watch-warnings.ts';
import type { ProjectView } from '../../../../renderer/session/project-session.ts';
import type { Studio } from '../../../../renderer/session/studio.ts';
import { StudioContext } from '../../../../renderer/session/studio-context.ts';
import { useStudio } from '../../../../renderer/session/studio-store.ts';
import { stubCanvas } from '../../canvas/canvas-stubs.ts';
import { documentConcept } from '../../session/document-concept.ts';

const BACKGROUND = { width: 40, height: 20 };
const PORTRAIT = { width: 20, height: 40 };
const failures: unknown[] = [];

vi.mock(import('../../../../renderer/session/notices.ts'), async (original) => ({
  ...(await original()),
  reportError: (error: unknown) => void failures.push(error),
}));
vi.mock(import('../../../../renderer/panels/flow/picture-samples.ts'), async (original) => ({
  ...(await original()),
  sampleOf: async () => undefined as never,
}));

afterEach(() => useStudio.setState(useStudio.getInitialState()));

test('no mask of the scene is read at the size of a picture that is cut out', async () => {
  const root = createRoot(document.createElement('div'));
  stubCanvas();
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const reads: Size[] = [];
  const library = {
    load: async (_: string, size: Size) => {
      reads.push(size);
      return resamplePlane(maskPlane(BACKGROUND.width, BACKGROUND.height), size);
    },
  } as unknown as MaskLibrary;
  const workbench = new MaskWorkbench(library, {
    saveMask: async () => null,
    currentMask: () => null,
    select: async () => undefined,
    fail: (error) => failures.push(error),
  });
  const concept = documentConcept('cat', { image: 'portrait', mask: 'mask' });
  // As while its picture is cut out.
  workbench.follow([paintableMask(concept, 'subject')], PORTRAIT, 'subject:cat');
  const place = Object.assign(new Watched(), { sizeOf: () => undefined });
  const studio = { workbench, tools: { masks: workbench, place } } as unknown as Studio;
  const scene = { ...emptySceneDocument(), background: 'street', concepts: [concept] };
  useStudio.setState({
    project: { document: scene } as unknown as ProjectView,
    backgroundSize: { of: 'street', ...BACKGROUND },
  });
  await act(async () => {
    root.render(createElement(StudioContext, { value: studio }, createElement(WatchWarnings)));
  });
  await act(async () => vi.advanceTimersByTimeAsync(400));
  expect(reads).toEqual([BACKGROUND]);
  expect(failures).toEqual([]);
  await act(async () => root.unmount());
  vi.useRealTimers();
});
