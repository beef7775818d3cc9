/** All stored renders, to search, sort, compare and restore. */
import { Button, Group, Loader, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RenderEntry, RenderOrder } from '../../../electron/contract/render-record.ts';
import { changeEditorSettings } from '../../session/editor-settings.ts';
import { useEditor } from '../../session/editor-store.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { renderName } from '../widgets/render-name.ts';
import { Differences } from './differences.tsx';
import { HistoryRow } from './history-row.tsx';
import { type HistoryView, RenderGrid } from './render-grid.tsx';
import { useCaptions } from './use-captions.ts';
import { type Shown, useFoundRenders } from './use-found-renders.ts';

const ORDERS: readonly RenderOrder[] = ['newest', 'oldest', 'name', 'longest'];
const SHOWN: readonly Shown[] = ['kept', 'starred', 'deleted'];
const VIEWS: readonly HistoryView[] = ['grid', 'list'];
const NONE: readonly RenderEntry[] = [];

export function HistorySheet() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const projectId = useStudio((state) => state.project?.state.projectId);
  const editor = useStudio((state) => state.settings.editor);
  const view = editor.historyView === 'list' ? 'list' : 'grid';
  const [typed, setTyped] = useState('');
  const [text] = useDebouncedValue(typed, 200);
  const [show, setShow] = useState<Shown>('kept');
  const [order, setOrder] = useState<RenderOrder>('newest');
  const { renders, total, isOutdated, more } = useFoundRenders({ text, show, order });
  const changes = useCaptions(view === 'grid' ? (renders ?? NONE) : NONE);
  const [marked, setMarked] = useState<readonly RenderEntry[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: marks belong to one project.
  useEffect(() => setMarked([]), [projectId]);
  useEffect(
    () =>
      studio.client.on('render.changed', ({ render: { renderId, isDeleted } }) => {
        if (isDeleted) setMarked((before) => before.filter((one) => one.renderId !== renderId));
      }),
    [studio],
  );
  const mark = (render: RenderEntry, isMarked: boolean) => {
    const others = marked.filter(({ renderId }) => renderId !== render.renderId);
    setMarked(isMarked ? [...others, render] : others);
  };
  // From the older to the newer one, like the differences.
  const inOrder = marked.toSorted((one, two) => (one.sequence ?? 0) - (two.sequence ?? 0));
  const [a, b] = inOrder.length === 2 ? inOrder : [];
  const exportable = inOrder.filter(({ result }) => result !== null);
  const compare = () => {
    if (!a || !b) return;
    studio.renders.compare(a, b);
    // It would cover a third of them.
    useEditor.setState({ sheet: null });
  };

  return (
    <Stack gap="sm">
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <TextInput
          flex={1}
          size="xs"
          label={t('history.search')}
          placeholder={t('history.searchHint')}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={typed}
          maxLength={200}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <Select
          size="xs"
          w={150}
          label={t('history.order')}
          allowDeselect={false}
          value={order}
          data={ORDERS.map((value) => ({ value, label: t(`history.orders.${value}`) }))}
          onChange={(value) => value && setOrder(value as RenderOrder)}
        />
      </Group>
      <Group justify="space-between" gap="xs">
        <SegmentedControl
          size="xs"
          aria-label={t('history.show')}
          value={show}
          onChange={(value) => setShow(value as Shown)}
          data={SHOWN.map((value) => ({ value, label: t(`history.shown.${value}`) }))}
        />
        <Text size="xs" c="dimmed" role="status" className="numbers" ml="auto">
          {total !== undefined && t('history.found', { count: total })}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label={t('history.view')}
          value={view}
          onChange={(next) => start(() => changeEditorSettings(studio.client, () => ({ historyView: next })))}
          data={VIEWS.map((value) => ({ value, label: t(`history.views.${value}`) }))}
        />
      </Group>
      <section className="history-compare" aria-label={t('history.compareTwo')}>
        {a && b ? (
          <>
            <Text size="xs">{t('history.markedTwo', { a: renderName(a), b: renderName(b) })}</Text>
            <Differences a={a} b={b} />
          </>
        ) : (
          <Text size="xs" c="dimmed">
            {marked.length > 2
              ? t('history.marked', { count: marked.length })
              : t(marked.length === 1 ? 'history.markOneMore' : 'history.markTwo')}
          </Text>
        )}
        {marked.length > 0 && (
          <Group gap="2xs" mt="xs">
            {a && b && (
              <Button disabled={a.result === null || b.result === null} onClick={compare}>
                {t('history.compareTwo')}
              </Button>
            )}
            <Button
              variant="default"
              disabled={exportable.length === 0}
              onClick={() => useEditor.setState({ exporting: exportable })}
            >
              {t('history.exportMarked')}
            </Button>
            <Button variant="subtle" color="gray" onClick={() => setMarked([])}>
              {t('history.unmark')}
            </Button>
          </Group>
        )}
      </section>
      {renders === undefined ? (
        <Loader size="sm" />
      ) : renders.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t(text === '' && show === 'kept' ? 'history.empty' : 'history.nothingFound')}
        </Text>
      ) : (
        <RenderGrid
          // Another order has other lines; a change of one render keeps the place.
          key={`${view} ${show} ${order} ${text}`}
          renders={renders}
          view={view}
          label={t('history.title')}
          isOutdated={isOutdated}
          onEnd={() => total !== undefined && renders.length < total && start(more)}
        >
          {(render) => (
            <HistoryRow
              key={render.renderId}
              render={render}
              change={changes[render.renderId]}
              isTile={view === 'grid'}
              isMarked={marked.some(({ renderId }) => renderId === render.renderId)}
              onMark={(isMarked) => mark(render, isMarked)}
            />
          )}
        </RenderGrid>
      )}
    </Stack>
  );
}
