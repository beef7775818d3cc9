/** A sweep over alpha and beta as one contact sheet (the paper's Figure 4.5). A click takes a cell's values over. */
import { Button, Group, Loader, Select, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconDownload, IconPlayerPlay } from '@tabler/icons-react';
import { type CSSProperties, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_SWEEP_VALUES } from '../../../electron/contract/commands/render-commands.ts';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { changeConcept, changeParameters, setEveryAlpha } from '../../editor/document-commands.ts';
import { missingParts } from '../../editor/next-action.ts';
import { useEditor } from '../../session/editor-store.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { saveAs } from '../actions/export-render.ts';
import { conceptName } from '../widgets/concept-name.ts';
import { drawContactSheet } from './contact-sheet.ts';

/** Numbers from 0 to 1, at most eight, separated by commas; undefined for anything else. */
function parseValues(text: string): number[] | undefined {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const isValid = values.length <= MAX_SWEEP_VALUES && values.every((value) => value >= 0 && value <= 1);
  return isValid ? [...new Set(values)] : undefined;
}

/** The newest sweep among the renders, as a grid by beta and alpha. */
function newestSweep(renders: readonly RenderSummary[]) {
  const sweepId = renders.find(({ sweep }) => sweep !== null)?.sweep?.sweepId;
  if (sweepId === undefined) return undefined;
  const cells = renders.flatMap((render) =>
    render.sweep?.sweepId === sweepId ? [{ ...render.sweep, render }] : [],
  );
  const sorted = (values: number[]) => [...new Set(values)].sort((a, b) => a - b);
  return {
    alphas: sorted(cells.map(({ alpha }) => alpha)),
    betas: sorted(cells.map(({ beta }) => beta)),
    cellAt: (alpha: number, beta: number) =>
      cells.find((cell) => cell.alpha === alpha && cell.beta === beta)?.render,
  };
}

export function SweepSheet() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const document = useStudio((state) => state.project?.document);
  const renders = useStudio((state) => state.renders);
  const [alphaText, setAlphaText] = useState('0, 0.15, 0.5');
  const [betaText, setBetaText] = useState('0, 0.8, 1');
  const [conceptId, setConceptId] = useState<string | null>(null);
  const sweep = useMemo(() => newestSweep(renders), [renders]);
  if (!document) return null;
  const alphas = parseValues(alphaText);
  const betas = parseValues(betaText);
  const isComplete = missingParts(document).length === 0;

  const begin = async () => {
    if (!alphas || !betas) return;
    await studio.session.saved();
    await studio.client.call('sweep.enqueue', { projectId: studio.projectId, alphas, betas, conceptId });
  };
  const adopt = (alpha: number, beta: number, render: RenderSummary) => {
    studio.edit(t('sweep.adopted', { alpha, beta }), (before) => {
      const tuned = changeParameters(before, { beta });
      const isThere = tuned.concepts.some(({ id }) => id === conceptId);
      return conceptId !== null && isThere
        ? changeConcept(tuned, conceptId, { alpha })
        : setEveryAlpha(tuned, alpha);
    });
    useEditor.setState({ shownRenderId: render.renderId, comparedRenderId: null, comparisonMode: 'after' });
  };
  const exportSheet = async () => {
    if (!sweep) return;
    const blob = await drawContactSheet(
      sweep.betas.map((beta) => ({
        label: t('sweep.betaAxis', { value: beta }),
        urls: sweep.alphas.map((alpha) => {
          const result = sweep.cellAt(alpha, beta)?.result;
          return result ? studio.assetUrl(result) : null;
        }),
      })),
      sweep.alphas.map((alpha) => t('sweep.alphaAxis', { value: alpha })),
    );
    const url = URL.createObjectURL(blob);
    saveAs(url, 'alpha-beta.png');
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  };

  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('sweep.hint')}
      </Text>
      <Group align="flex-start" gap="sm" grow>
        <TextInput
          label={t('sweep.alphas')}
          value={alphaText}
          error={alphas ? null : t('sweep.invalid')}
          onChange={({ currentTarget }) => setAlphaText(currentTarget.value)}
        />
        <TextInput
          label={t('sweep.betas')}
          value={betaText}
          error={betas ? null : t('sweep.invalid')}
          onChange={({ currentTarget }) => setBetaText(currentTarget.value)}
        />
        <Select
          label={t('sweep.concept')}
          allowDeselect={false}
          value={conceptId ?? ''}
          data={[
            { value: '', label: t('sweep.everyConcept') },
            ...document.concepts.map(({ id }) => ({ value: id, label: conceptName(document, id) })),
          ]}
          onChange={(id) => setConceptId(id === '' ? null : id)}
        />
      </Group>
      <Group gap="xs">
        <Button
          size="sm"
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          disabled={!alphas || !betas || !isComplete}
          onClick={() => start(begin)}
        >
          {t('sweep.start', { count: (alphas?.length ?? 0) * (betas?.length ?? 0) })}
        </Button>
        {sweep && (
          <Button
            size="sm"
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => start(exportSheet)}
          >
            {t('sweep.export')}
          </Button>
        )}
      </Group>
      {sweep && (
        <table className="sweep-grid" style={{ '--columns': sweep.alphas.length } as CSSProperties}>
          <thead>
            <tr>
              <td />
              {sweep.alphas.map((alpha) => (
                <th key={alpha} scope="col">
                  {t('sweep.alphaAxis', { value: alpha })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sweep.betas.map((beta) => (
              <tr key={beta}>
                <th scope="row">{t('sweep.betaAxis', { value: beta })}</th>
                {sweep.alphas.map((alpha) => (
                  <td key={alpha}>
                    <SweepCellButton
                      label={t('sweep.adopt', { alpha, beta })}
                      render={sweep.cellAt(alpha, beta)}
                      onAdopt={(render) => adopt(alpha, beta, render)}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Stack>
  );
}

function SweepCellButton({
  label,
  render,
  onAdopt,
}: {
  label: string;
  render: RenderSummary | undefined;
  onAdopt: (render: RenderSummary) => void;
}) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  if (!render?.result) {
    const isUnderWay = render?.state === 'queued' || render?.state === 'running';
    return (
      <span className="sweep-cell">
        {isUnderWay && <Loader size="sm" />}
        {render && !isUnderWay && <Text size="xs">{t(`history.state.${render.state}`)}</Text>}
      </span>
    );
  }
  return (
    <UnstyledButton className="sweep-cell" aria-label={label} title={label} onClick={() => onAdopt(render)}>
      <img src={studio.assetUrl(render.result)} alt="" />
    </UnstyledButton>
  );
}
