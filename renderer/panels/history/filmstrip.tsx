/** Every render, newest first; a click shows it, a menu offers the other actions. */
import { Button, Group, ScrollArea, Text, Title, UnstyledButton } from '@mantine/core';
import { IconAward, IconGauge, IconListSearch, IconStar, IconStarFilled } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { RenderChange, RenderSummary } from '../../../electron/contract/render-record.ts';
import { groupRenders, withoutDrafts } from '../../editor/render-groups.ts';
import { bestOf } from '../../editor/render-scores.ts';
import { useEditor } from '../../session/editor-store.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { findRender, useStudio } from '../../session/studio-store.ts';
import { openScores } from '../actions/score-renders.ts';
import { IconButton } from '../widgets/icon-button.tsx';
import { renderName } from '../widgets/render-name.ts';
import { captionOfRender } from './caption-words.ts';
import { compareByDragging, showOrCompare } from './compare-frames.ts';
import { Differences } from './differences.tsx';
import { FrameState } from './frame-state.tsx';
import { RenderActions, RenderDetails } from './render-details.tsx';
import { RenderMenu } from './render-menu.tsx';
import { SweepStack } from './sweep-stack.tsx';
import { useCaptions } from './use-captions.ts';

export function Filmstrip() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const renders = useStudio((state) => state.renders);
  const cursor = useStudio((state) => state.rendersCursor);
  const onlyStarred = useStudio((state) => state.onlyStarred);
  const shownId = useEditor((state) => state.shownRenderId);
  const comparedId = useEditor((state) => state.comparedRenderId);
  const shown = useStudio((state) => findRender(state, shownId));
  const compared = useStudio((state) => findRender(state, comparedId));
  const changes = useCaptions(renders);
  const frameOf = (render: RenderSummary, isBest = false) => (
    <Frame
      key={render.renderId}
      render={render}
      change={changes[render.renderId]}
      isShown={render.renderId === shownId}
      isBest={isBest}
    />
  );
  const toggleStarred = () =>
    start(async () => {
      useStudio.setState({ onlyStarred: !onlyStarred });
      await studio.renders.load('newest');
    });
  return (
    <section className="filmstrip" aria-labelledby="history-title">
      <div className="filmstrip-head">
        <Title order={2} size="h6" id="history-title">
          {t('history.title')}
        </Title>
        <Button
          variant={onlyStarred ? 'light' : 'subtle'}
          color="gray"
          aria-pressed={onlyStarred}
          leftSection={<IconStar size={14} aria-hidden />}
          onClick={toggleStarred}
        >
          {t('history.onlyStarred')}
        </Button>
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconListSearch size={14} aria-hidden />}
          onClick={() => useEditor.setState({ sheet: 'history' })}
        >
          {t('history.browse')}
        </Button>
        <Comparing />
      </div>
      <ScrollArea
        type="auto"
        offsetScrollbars="x"
        className="filmstrip-scroll"
        viewportProps={{ tabIndex: -1 }}
      >
        {renders.length === 0 ? (
          <Text size="sm" c="dimmed" py="md">
            {t('history.empty')}
          </Text>
        ) : (
          <ul className="frames">
            {groupRenders(withoutDrafts(renders, shownId)).map(({ key, kind, renders: members }) => {
              if (kind === 'single') return frameOf(members[0]!);
              const group = { renders: members, frameOf };
              return kind === 'sweep' ? (
                <SweepStack key={key} {...group} shownId={shownId} />
              ) : (
                <Variations key={key} {...group} />
              );
            })}
            {cursor !== null && (
              <li>
                <Button
                  variant="subtle"
                  color="gray"
                  h={84}
                  onClick={() => start(() => studio.renders.load('next'))}
                >
                  {t('history.more')}
                </Button>
              </li>
            )}
          </ul>
        )}
      </ScrollArea>
      {shown && (
        <div className="render-info">
          {compared ? (
            <>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach all of it. */}
              <div className="render-notes" tabIndex={0}>
                <Differences a={compared} b={shown} />
              </div>
              <RenderActions render={shown} />
            </>
          ) : (
            <RenderDetails render={shown} />
          )}
        </div>
      )}
    </section>
  );
}

/** Asks for the picture to compare with, and moves the focus to the first one. */
function Comparing() {
  const { t } = useTranslation();
  const comparingId = useEditor((state) => state.comparingId);
  const render = useStudio((state) => findRender(state, comparingId));
  const place = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (comparingId === null) return;
    const others = '.frame:not([data-comparing="true"]) .frame-picture:not(:disabled)';
    place.current?.closest('.filmstrip')?.querySelector<HTMLElement>(others)?.focus();
  }, [comparingId]);
  if (!render) return null;
  return (
    <Text size="xs" role="status" ref={place}>
      {t('history.comparing', { name: renderName(render) })}
    </Text>
  );
}

/** Renders that were asked for together, with the best marked once they have scores. */
function Variations({
  renders,
  frameOf,
}: {
  renders: readonly RenderSummary[];
  frameOf: (render: RenderSummary, isBest: boolean) => ReactNode;
}) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const best = bestOf(
    renders,
    useStudio((state) => state.settings.editor.bestBy),
  );
  return (
    <li className="frame-group">
      <ul className="frames" aria-label={t('history.variations', { count: renders.length })}>
        {renders.map((render) => frameOf(render, render === best))}
      </ul>
      <IconButton
        size="sm"
        label={t('scores.ofVariations', { count: renders.length })}
        disabled={renders.every(({ result }) => result === null)}
        onClick={() => openScores(studio, renders)}
      >
        <IconGauge size={14} aria-hidden />
      </IconButton>
    </li>
  );
}

function Frame({
  render,
  change,
  isShown,
  isBest,
}: {
  render: RenderSummary;
  change: RenderChange | undefined;
  isShown: boolean;
  isBest: boolean;
}) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const name = renderName(render);
  const { renderId, state, isStarred, thumbnail, result } = render;
  const picture = thumbnail ?? result;
  const ofRender = { projectId: studio.projectId, renderId };
  const caption = captionOfRender(render, change, t);
  const isComparing = useEditor((state) => state.comparingId === renderId);
  return (
    <li className="frame" data-shown={isShown} data-comparing={isComparing}>
      <UnstyledButton
        className="frame-picture"
        aria-label={[
          t('history.open', { name }),
          ...(state === 'done' ? [] : [t(`history.state.${state}`)]),
          ...(isBest ? [t('scores.best')] : []),
        ].join(', ')}
        aria-pressed={isShown}
        disabled={result === null}
        onClick={() => showOrCompare(studio, render)}
        {...compareByDragging(studio, render)}
      >
        {isBest && (
          <span className="frame-best">
            <IconAward size={14} aria-hidden />
          </span>
        )}
        {picture ? (
          <img src={studio.assetUrl(picture)} alt="" draggable={false} />
        ) : (
          <FrameState state={state} />
        )}
      </UnstyledButton>
      <Group gap={0} wrap="nowrap" justify="space-between">
        <Text size="xs" truncate className="frame-name" title={`${name}\n${caption.long}`.trim()}>
          {render.name ?? caption.short}
        </Text>
        <Group gap={0} wrap="nowrap" className="frame-actions">
          <IconButton
            size="xs"
            label={`${t(isStarred ? 'history.unstar' : 'history.star')}: ${name}`}
            aria-pressed={isStarred}
            onClick={() =>
              start(() => studio.client.call('renders.star', { ...ofRender, isStarred: !isStarred }))
            }
          >
            {isStarred ? <IconStarFilled size={12} aria-hidden /> : <IconStar size={12} aria-hidden />}
          </IconButton>
          <RenderMenu render={render} />
        </Group>
      </Group>
    </li>
  );
}
