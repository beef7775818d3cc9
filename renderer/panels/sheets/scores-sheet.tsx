/** Scores of one render, or of several with the best first. */

import { Badge, Button, Group, Progress, Select, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconGauge, IconStar, IconStarFilled } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import {
  CONCEPT_SCORE_NAMES,
  SCORE_NAMES,
  SCORES,
  type ScoreName,
} from '../../../electron/contract/picture-scores.ts';
import { type RenderSummary, variationOf } from '../../../electron/contract/render-record.ts';
import {
  bestOf,
  commonScores,
  haveComparableScores,
  rankedBy,
  rankingScore,
} from '../../editor/render-scores.ts';
import { useEditor } from '../../session/editor-store.ts';
import { failureSentence } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { findRender, useStudio } from '../../session/studio-store.ts';
import { scoreRenders, setRankingScore } from '../actions/score-renders.ts';
import { IconButton } from '../widgets/icon-button.tsx';
import { renderName } from '../widgets/render-name.ts';
import { MissingInstruments } from './missing-instruments.tsx';

export function ScoresSheet() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const ids = useEditor((state) => state.scored);
  const listed = useStudio((state) => state.renders);
  const pinned = useStudio((state) => state.pinned);
  const wanted = useStudio((state) => state.settings.editor.bestBy);
  const job = useStudio(({ jobs, project }) =>
    Object.values(jobs).findLast(
      ({ kind, projectId }) => kind === 'scoreRenders' && projectId === project?.state.projectId,
    ),
  );
  const isBusy = job?.state === 'waiting' || job?.state === 'running';
  const renders = ids.flatMap((id) => {
    const render = findRender({ renders: listed, pinned }, id);
    return render?.result && !render.isDeleted ? [render] : [];
  });
  const ranking = rankingScore(renders, wanted);
  const best = bestOf(renders, wanted);
  const shown = ranking === undefined ? renders : rankedBy(renders, ranking);
  const scored = renders.filter(({ scores }) => scores !== null);
  const isScored = renders.length > 0 && scored.length === renders.length;
  if (renders.length === 0) return <Text size="sm">{t('scores.nothing')}</Text>;
  return (
    <Stack gap="sm">
      <Text size="sm">{t('scores.about')}</Text>
      <Group gap="xs" align={isBusy ? 'center' : 'flex-end'}>
        {isBusy && job ? (
          <>
            <Progress
              flex={1}
              value={job.progress?.total ? (100 * job.progress.step) / job.progress.total : 0}
              aria-label={t('jobs.scoreRenders')}
            />
            <Button
              variant="default"
              onClick={() => start(() => studio.client.call('jobs.cancel', { jobId: job.jobId }))}
            >
              {t('app.cancel')}
            </Button>
          </>
        ) : (
          <Button
            leftSection={<IconGauge size={14} aria-hidden />}
            data-autofocus
            onClick={() => start(() => scoreRenders(studio, renders))}
          >
            {isScored ? t('scores.again') : t('scores.score', { count: renders.length })}
          </Button>
        )}
        {scored.length > 1 && ranking !== undefined && (
          <Select
            size="xs"
            w={220}
            label={t('scores.bestBy')}
            allowDeselect={false}
            value={ranking}
            data={commonScores(renders).map((value) => ({ value, label: t(`scores.names.${value}`) }))}
            onChange={(value) => value && start(() => setRankingScore(studio, value as ScoreName))}
          />
        )}
      </Group>
      {job?.state === 'failed' && job.error && (
        <Text size="xs" className="danger" role="alert">
          {failureSentence(job.error)}
        </Text>
      )}
      {!haveComparableScores(scored) && (
        <Text size="xs" role="status">
          {t('scores.notComparable')}
        </Text>
      )}
      <ul className="plain-list" aria-label={t('scores.title')}>
        {shown.map((render) => (
          <ScoredRender
            key={render.renderId}
            render={render}
            isBest={render === best}
            ranking={renders.length > 1 ? ranking : undefined}
          />
        ))}
      </ul>
      {scored[0]?.scores && <MissingInstruments instruments={scored[0].scores.instruments} />}
    </Stack>
  );
}

function ScoredRender({
  render,
  isBest,
  ranking,
}: {
  render: RenderSummary;
  isBest: boolean;
  /** The score that ranks them; undefined for none. */
  ranking: ScoreName | undefined;
}) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const isShown = useEditor((state) => state.shownRenderId === render.renderId);
  const { renderId, isStarred, scores, thumbnail, result } = render;
  const variation = variationOf(render);
  const name =
    render.name ?? (variation ? `${t('parameters.seed.name')} ${variation.seed}` : renderName(render));
  const picture = thumbnail ?? result;
  return (
    <li className="history-row scored-render" data-shown={isShown}>
      <UnstyledButton
        className="frame-picture"
        aria-label={t('history.open', { name })}
        aria-pressed={isShown}
        onClick={() => studio.renders.show(render)}
      >
        {picture && <img src={studio.assetUrl(picture)} alt="" />}
      </UnstyledButton>
      <div className="history-text">
        <Group gap="xs" wrap="nowrap">
          <Text size="sm" fw={600} truncate title={name}>
            {name}
          </Text>
          {isBest && (
            <Badge color="brand" flex="none">
              {t('scores.best')}
            </Badge>
          )}
        </Group>
        {scores === null ? (
          <Text size="xs" c="dimmed">
            {t('scores.none')}
          </Text>
        ) : (
          <>
            <ScoreList values={scores.values} names={SCORE_NAMES} ranking={ranking} />
            {scores.concepts.length > 1 &&
              scores.concepts.map(({ name: concept, values }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two concepts may have the same name.
                <div key={index}>
                  <Text size="xs" fw={600} mt="2xs">
                    {concept}
                  </Text>
                  <ScoreList values={values} names={CONCEPT_SCORE_NAMES} ranking={undefined} />
                </div>
              ))}
          </>
        )}
      </div>
      <IconButton
        size="sm"
        label={`${t(isStarred ? 'history.unstar' : 'history.star')}: ${name}`}
        aria-pressed={isStarred}
        onClick={() =>
          start(() =>
            studio.client.call('renders.star', {
              projectId: studio.projectId,
              renderId,
              isStarred: !isStarred,
            }),
          )
        }
      >
        {isStarred ? <IconStarFilled size={14} aria-hidden /> : <IconStar size={14} aria-hidden />}
      </IconButton>
    </li>
  );
}

function ScoreList({
  values,
  names,
  ranking,
}: {
  values: Readonly<Record<string, number | null>>;
  names: readonly ScoreName[];
  ranking: ScoreName | undefined;
}) {
  const { t } = useTranslation();
  return (
    <dl className="score-list">
      {names.map((name) => {
        const value = values[name];
        if (value === null || value === undefined) return null;
        return (
          <div key={name} data-ranking={name === ranking} title={t(`scores.hints.${name}`)}>
            <dt>{t(`scores.names.${name}`)}</dt>
            <dd className="numbers">
              {value.toFixed(SCORES[name].digits)} {SCORES[name].better === 'higher' ? '↑' : '↓'}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
