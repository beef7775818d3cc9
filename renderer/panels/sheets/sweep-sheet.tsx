/** A sweep over two parameters as one contact sheet (the paper's Figure 4.5 sweeps alpha and beta). */
import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { IconDownload, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type RenderSummary, sweepCellOf } from '../../../electron/contract/render-record.ts';
import { isConceptParameter, type SweepParameter, withCell } from '../../../electron/contract/sweep.ts';
import { missingParts } from '../../editor/next-action.ts';
import { parseValues } from '../../editor/sweep-axis.ts';
import type { SweepGrid } from '../../editor/sweep-grid.ts';
import { useEditor } from '../../session/editor-store.ts';
import { failureSentence, whileRunning } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { saveAs } from '../actions/export-render.ts';
import { conceptName } from '../widgets/concept-name.ts';
import { useSweepNames } from '../widgets/sweep-names.ts';
import { drawContactSheet } from './contact-sheet.ts';
import { type EditedAxis, SweepAxisControl, usualAxis } from './sweep-axis-control.tsx';
import { SweepTable } from './sweep-table.tsx';
import { useSweep } from './use-sweep.ts';

export function SweepSheet() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const document = useStudio((state) => state.project?.document);
  // The paper's values between two extremes.
  const [x, setX] = useState<EditedAxis>({ parameter: 'alpha', text: '0, 0.15, 0.5' });
  const [y, setY] = useState<EditedAxis>({ parameter: 'beta', text: '0, 0.8, 1' });
  const [conceptId, setConceptId] = useState<string | null>(null);
  const sweep = useSweep(useEditor((state) => state.sweepId));
  if (!document) return null;
  const [xValues, yValues] = [parseValues(x.text, x.parameter), parseValues(y.text, y.parameter)];
  const isComplete = missingParts(document).length === 0;
  const { seed } = document.parameters;

  const begin = async () => {
    if (!xValues || !yValues) return;
    const { session } = studio;
    await session.saved();
    useEditor.setState({ sweepId: null });
    await studio.client.call('sweep.enqueue', {
      projectId: session.projectId,
      x: { parameter: x.parameter, values: xValues },
      y: { parameter: y.parameter, values: yValues },
      conceptId,
    });
  };
  /** The parameter of the other axis takes this one's old place: they cannot be the same. */
  const choose =
    (set: typeof setX, own: EditedAxis, other: EditedAxis, setOther: typeof setX) =>
    (parameter: SweepParameter) => {
      if (parameter === other.parameter) setOther(own);
      set(parameter === other.parameter ? other : usualAxis(parameter, seed));
    };

  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('sweep.hint')}
      </Text>
      <Group align="flex-start" gap="lg" grow>
        <SweepAxisControl
          which="x"
          axis={x}
          onParameter={choose(setX, x, y, setY)}
          onText={(text) => setX({ ...x, text })}
        />
        <SweepAxisControl
          which="y"
          axis={y}
          onParameter={choose(setY, y, x, setX)}
          onText={(text) => setY({ ...y, text })}
        />
      </Group>
      {[x, y].some(({ parameter }) => isConceptParameter(parameter)) && (
        <Select
          size="xs"
          label={t('sweep.concept')}
          allowDeselect={false}
          value={conceptId ?? ''}
          data={[
            { value: '', label: t('sweep.everyConcept') },
            ...document.concepts.map(({ id }) => ({ value: id, label: conceptName(document, id) })),
          ]}
          onChange={(id) => setConceptId(id === '' ? null : id)}
        />
      )}
      <Group gap="xs">
        <Button
          size="sm"
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          disabled={!xValues || !yValues || !isComplete}
          onClick={() => start(begin)}
        >
          {t('sweep.start', { count: (xValues?.length ?? 0) * (yValues?.length ?? 0) })}
        </Button>
        {sweep && <ExportSheet sweep={sweep} />}
      </Group>
      {sweep && <Sweep sweep={sweep} />}
    </Stack>
  );
}

function Sweep({ sweep }: { sweep: SweepGrid }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const { ofPlace } = useSweepNames();
  const apply = async (render: RenderSummary) => {
    const cell = sweepCellOf(render)!;
    const label = t('sweep.adopted', { x: ofPlace(cell.x), y: ofPlace(cell.y) });
    studio.edit(label, (before) => withCell(before, cell));
    studio.renders.show(render);
    useEditor.setState({ comparisonMode: 'after' });
  };
  const { underWay, done, total, failure } = sweep;
  return (
    <>
      <Text size="xs" c="dimmed" role="status" className="numbers">
        {underWay > 0
          ? t('sweep.underWay', { done, total })
          : done < total
            ? t('sweep.missing', { missing: total - done, total })
            : t('sweep.complete', { total })}
      </Text>
      {failure && (
        <Text size="xs" className="danger" role="alert">
          {failureSentence(failure)}
        </Text>
      )}
      <SweepTable grid={sweep} onApply={(render) => start(() => apply(render))} />
    </>
  );
}

function ExportSheet({ sweep: { x, y, cellAt, done, underWay } }: { sweep: SweepGrid }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const { ofPlace } = useSweepNames();
  const exportSheet = async () => {
    const drawing = drawContactSheet(
      y.values.map((row) => ({
        label: ofPlace({ parameter: y.parameter, value: row }),
        urls: x.values.map((column) => {
          const result = cellAt(column, row)?.result;
          return result ? studio.assetUrl(result) : null;
        }),
      })),
      x.values.map((value) => ofPlace({ parameter: x.parameter, value })),
    );
    const blob = await whileRunning(t('export.underWay', { count: 1 }), drawing);
    const url = URL.createObjectURL(blob);
    saveAs(url, `${x.parameter}-${y.parameter}.png`);
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  };
  return (
    <Button
      size="sm"
      variant="default"
      leftSection={<IconDownload size={16} aria-hidden />}
      disabled={done === 0 || underWay > 0}
      onClick={() => start(exportSheet)}
    >
      {t('sweep.export')}
    </Button>
  );
}
