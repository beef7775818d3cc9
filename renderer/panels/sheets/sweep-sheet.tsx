/** A sweep over alpha and beta as one contact sheet (the paper's Figure 4.5). A click applies a cell's values. */
import { Button, Group, Loader, Select, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconDownload, IconPlayerPlay } from '@tabler/icons-react';
import { type CSSProperties, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_SWEEP_VALUES } from '../../../electron/contract/commands/render-commands.ts';
import { MAX_ALPHA, MAX_BETA } from '../../../electron/contract/parameters.ts';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { changeConcept, changeParameters, setEveryAlpha } from '../../editor/document-commands.ts';
import { missingParts } from '../../editor/next-action.ts';
import { useEditor } from '../../session/editor-store.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { saveAs } from '../actions/export-render.ts';
import { conceptName } from '../widgets/concept-name.ts';
import { drawContactSheet } from './contact-sheet.ts';
import { useSweep } from './use-sweep.ts';

/** Numbers from 0 to a limit, at most eight, separated by commas; undefined for anything else. */
function parseValues(text: string, most: number): number[] | undefined {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const isValid = values.length <= MAX_SWEEP_VALUES && values.every((value) => value >= 0 && value <= most);
  return isValid ? [...new Set(values)] : undefined;
}

export function SweepSheet() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const document = useStudio((state) => state.project?.document);
  const [alphaText, setAlphaText] = useState('0, 0.15, 0.5');
  const [betaText, setBetaText] = useState('0, 0.8, 1');
  const [conceptId, setConceptId] = useState<string | null>(null);
  const sweep = useSweep();
  if (!document) return null;
  const alphas = parseValues(alphaText, MAX_ALPHA);
  const betas = parseValues(betaText, MAX_BETA);
  const isComplete = missingParts(document).length === 0;

  const begin = async () => {
    if (!alphas || !betas) return;
    const { session } = studio;
    await session.saved();
    await studio.client.call('sweep.enqueue', { projectId: session.projectId, alphas, betas, conceptId });
  };
  const adopt = (alpha: number, beta: number, render: RenderSummary) => {
    studio.edit(t('sweep.adopted', { alpha, beta }), (before) => {
      const tuned = changeParameters(before, { beta });
      const isThere = tuned.concepts.some(({ id }) => id === conceptId);
      return conceptId !== null && isThere
        ? changeConcept(tuned, conceptId, { alpha })
        : setEveryAlpha(tuned, alpha);
    });
    studio.renders.show(render);
    useEditor.setState({ comparisonMode: 'after' });
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
          error={alphas ? null : t('sweep.invalid', { most: MAX_ALPHA })}
          onChange={({ currentTarget }) => setAlphaText(currentTarget.value)}
        />
        <TextInput
          label={t('sweep.betas')}
          value={betaText}
          error={betas ? null : t('sweep.invalid', { most: MAX_BETA })}
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
            disabled={sweep.done === 0 || sweep.underWay > 0}
            onClick={() => start(exportSheet)}
          >
            {t('sweep.export')}
          </Button>
        )}
      </Group>
      {sweep && (
        <Text size="xs" c="dimmed" role="status" className="numbers">
          {sweep.underWay > 0
            ? t('sweep.underWay', { done: sweep.done, total: sweep.total })
            : sweep.done < sweep.total
              ? t('sweep.missing', { missing: sweep.total - sweep.done, total: sweep.total })
              : t('sweep.complete', { total: sweep.total })}
        </Text>
      )}
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
