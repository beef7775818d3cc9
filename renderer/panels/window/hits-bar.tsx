/**
 * The hits of a search by text: a button with its score at each of them on the canvas, and a bar above it to use them,
 * to merge them, or to search again with other thresholds.
 */
import { Button, Group, Loader, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HitOutline } from '../../canvas/hit-outlines.tsx';
import { chooseHit, type FoundHits, hitAt } from '../../editor/mask-hits.ts';
import type { MaskPlane, Point } from '../../editor/mask-plane.ts';
import { useEditor } from '../../session/editor-store.ts';
import { shownHits } from '../../session/mask-hits.ts';
import { reportError } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { usePrepareSettings } from '../flow/use-prepare-settings.ts';
import { NumberSlider } from '../widgets/number-slider.tsx';

/** The hits to choose from, while they are of the shown scene; null otherwise. */
export function useShownHits(): FoundHits | null {
  const project = useStudio((state) => state.project);
  return useEditor((state) => shownHits(state, project));
}

/** The masks of hits; a missing one is still being read. */
export function useHitPlanes(hits: FoundHits | null): readonly (MaskPlane | undefined)[] {
  const { workbench } = useStudioActions();
  const [planes, setPlanes] = useState<Readonly<Record<string, MaskPlane>>>({});
  const found = hits?.hits;
  useEffect(() => {
    if (!found) return;
    let isCurrent = true;
    Promise.all(found.map(async ({ mask }) => [mask, await workbench.load(mask)] as const))
      .then((read) => {
        if (isCurrent) setPlanes(Object.fromEntries(read));
      })
      .catch(reportError);
    return () => {
      isCurrent = false;
    };
  }, [found, workbench]);
  return found?.map(({ mask }) => planes[mask]) ?? [];
}

/** The hits as the canvas draws them. */
export function outlinesOf(
  hits: FoundHits | null,
  planes: readonly (MaskPlane | undefined)[],
): readonly HitOutline[] {
  return (hits?.hits ?? []).flatMap(({ mask }, index) => {
    const plane = planes[index];
    return plane ? [{ id: mask, plane, isChosen: hits!.chosen.includes(index) }] : [];
  });
}

/** Chooses the hit at a point of a mask; nothing happens beside them. */
export function pickHit(planes: readonly (MaskPlane | undefined)[], at: Point, isAdded: boolean): void {
  const index = hitAt(planes, at);
  if (index !== undefined) choose(index, isAdded);
}

function choose(index: number, isAdded: boolean): void {
  useEditor.setState(({ hits }) => ({
    hits: hits && { ...hits, chosen: chooseHit(hits.chosen, index, isAdded) },
  }));
}

export function HitLabels({ hits: { hits, chosen } }: { hits: FoundHits }) {
  const { t } = useTranslation();
  return hits.map(({ mask, score, box }, index) => {
    const percent = Math.round(score * 100);
    return (
      <button
        key={mask}
        type="button"
        className="hit-label numbers"
        data-over-canvas
        aria-pressed={chosen.includes(index)}
        aria-label={t('hits.hit', { number: index + 1, count: hits.length, percent })}
        // The canvas sets its position (scene-canvas.tsx), so that a pan moves the label without React.
        style={{
          left: `calc(var(--picture-x) + ${box?.left ?? 0}px * var(--picture-scale))`,
          top: `calc(var(--picture-y) + ${box?.top ?? 0}px * var(--picture-scale))`,
        }}
        onClick={({ shiftKey }) => choose(index, shiftKey)}
      >
        {index + 1} · {percent} %
      </button>
    );
  });
}

export function HitsBar({ hits }: { hits: FoundHits }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const capabilities = useStudio((state) => state.engine?.pack?.capabilities);
  const [{ boxThreshold, textThreshold }, change] = usePrepareSettings();
  const count = hits.chosen.length;
  useSearchAgain(`${boxThreshold} ${textThreshold}`);
  const apply = (found: FoundHits) => start(() => studio.maskHits.apply(studio.session, found));
  const threshold = (name: 'boxThreshold' | 'textThreshold', value: number) => (
    <Group gap="2xs" wrap="nowrap" className="hits-threshold">
      <Text size="xs">{t(`prepare.${name}`)}</Text>
      <NumberSlider
        label={t(`prepare.${name}`)}
        value={value}
        min={0}
        max={1}
        step={0.05}
        onCommit={(next) => change({ [name]: next })}
      />
    </Group>
  );
  return (
    <section className="tool-options hits-bar" aria-label={t('hits.title', { phrase: hits.phrase })}>
      <Text size="sm" fw={600} role="status">
        {t('hits.found', { count: hits.hits.length, phrase: hits.phrase })}
      </Text>
      {hits.isSearching && <Loader size="xs" aria-hidden />}
      {threshold('boxThreshold', boxThreshold)}
      {capabilities?.textThreshold && threshold('textThreshold', textThreshold)}
      <Button
        disabled={count === 0}
        title={t('hits.hint')}
        leftSection={<IconCheck size={14} aria-hidden />}
        onClick={() => apply(hits)}
      >
        {count > 1 ? t('hits.merge', { count }) : t('hits.use')}
      </Button>
      {hits.hits.length > 1 && count < hits.hits.length && (
        <Button variant="default" onClick={() => apply({ ...hits, chosen: [...hits.hits.keys()] })}>
          {t('hits.mergeAll', { count: hits.hits.length })}
        </Button>
      )}
      <Button
        variant="default"
        leftSection={<IconX size={14} aria-hidden />}
        onClick={() => useEditor.setState({ hits: null })}
      >
        {t('mask.proposal.drop')}
      </Button>
    </section>
  );
}

/** Searches again when the thresholds change, here or in the detection options. */
function useSearchAgain(thresholds: string): void {
  const studio = useStudioActions();
  const searched = useRef(thresholds);
  useEffect(() => {
    if (searched.current === thresholds) return;
    searched.current = thresholds;
    start(() => studio.maskHits.searchAgain(studio.session));
  }, [studio, thresholds]);
}
