// @vitest-environment happy-dom
/** The placement of a concept that is locked: none of its controls can be used. */
import { MantineProvider } from '@mantine/core';
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, test, vi } from 'vitest';
import { firstPlacement } from '../../../../electron/contract/placement.ts';
import { PlacementControl } from '../../../../renderer/panels/flow/placement-control.tsx';
import { startTexts } from '../../../../renderer/panels/texts/texts.ts';
import type { Studio } from '../../../../renderer/session/studio.ts';
import { StudioContext } from '../../../../renderer/session/studio-context.ts';
import { documentConcept } from '../../session/document-concept.ts';

test('every control of the placement is disabled', async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  await startTexts();
  const size = { width: 100, height: 100 };
  const shadow = { offsetXPx: 0, offsetYPx: 5, blurPx: 4, opacity: 0.5 };
  const placement = { ...firstPlacement(size, size), rotationDeg: 30, shadow };
  const studio = { tools: { place: {} } } as unknown as Studio;
  const host = document.createElement('div');
  const root = createRoot(host);
  for (const locked of [true, false]) {
    const concept = documentConcept('cat', { mode: 'place', placement, locked });
    const control = createElement(PlacementControl, { concept, placement });
    const page = createElement(StudioContext, { value: studio }, control);
    await act(async () => root.render(createElement(MantineProvider, null, page)));
    const fields = [...host.querySelectorAll<HTMLInputElement>('input:not([type="hidden"])')];
    expect(fields.length).toBeGreaterThan(9);
    for (const field of fields) expect(field.disabled).toBe(locked);
  }
  await act(async () => root.unmount());
});
