/** Exports one or more renders in a format of the user's choice, or copies one. */
import { Button, Group, Select, Stack, Switch, Text } from '@mantine/core';
import { IconCopy, IconDownload } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  EXPORT_FACTS,
  EXPORT_FORMATS,
  type ExportFormat,
} from '../../../electron/contract/export-formats.ts';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { useEditor } from '../../session/editor-store.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { copyRender, exportChosen } from '../actions/export-render.ts';
import { exportSettingsOf } from '../actions/export-settings.ts';
import { Dialog } from '../widgets/dialog.tsx';
import { NumberSlider } from '../widgets/number-slider.tsx';
import { renderName } from '../widgets/render-name.ts';

const close = () => useEditor.setState({ exporting: null });

export function ExportDialog() {
  const { t } = useTranslation();
  const exporting = useEditor((state) => state.exporting);
  const [first, second] = exporting ?? [];
  return (
    <Dialog
      opened={exporting !== null}
      onClose={close}
      title={
        first && !second
          ? t('export.title', { name: renderName(first) })
          : t('export.titleMany', { count: exporting?.length ?? 0 })
      }
      size="sm"
    >
      {exporting && <ExportForm renders={exporting} />}
    </Dialog>
  );
}

function ExportForm({ renders }: { renders: readonly RenderSummary[] }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const editor = useStudio((state) => state.settings.editor);
  const usual = useStudio((state) => state.settings.exportMetadata);
  const remembered = exportSettingsOf(editor);
  const [format, setFormat] = useState(remembered.format);
  const [quality, setQuality] = useState(remembered.quality);
  const [metadata, setMetadata] = useState(usual);
  useEffect(() => setMetadata(usual), [usual]);
  const { isLossy } = EXPORT_FACTS[format];

  const send = () => {
    const choice = { format, metadata, ...(isLossy && { quality }) };
    close();
    const renderIds = renders.map(({ renderId }) => renderId);
    start(() => exportChosen(studio, renderIds, choice, { format, quality }));
  };
  // The clipboard holds one picture.
  const result = renders.length === 1 ? renders[0]!.result : null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Stack gap="sm">
        <Select
          label={t('export.format')}
          description={t(`export.formatHints.${format}`)}
          allowDeselect={false}
          data-autofocus
          value={format}
          data={EXPORT_FORMATS.map((value) => ({ value, label: t(`export.formats.${value}`) }))}
          onChange={(value) => value && setFormat(value as ExportFormat)}
        />
        {isLossy && (
          <div>
            <Text size="sm" fw={600}>
              {t('export.quality')}
            </Text>
            <NumberSlider
              label={t('export.quality')}
              value={quality}
              min={1}
              max={100}
              step={1}
              onDraft={setQuality}
              onCommit={setQuality}
            />
          </div>
        )}
        {format !== 'ora' && (
          <Switch
            label={t('export.metadata')}
            description={t(format === 'png' ? 'export.metadataRequest' : 'export.metadataXmp')}
            checked={metadata}
            onChange={({ currentTarget }) => setMetadata(currentTarget.checked)}
          />
        )}
        <Group justify="flex-end" gap="xs">
          {result && (
            <Button
              variant="default"
              leftSection={<IconCopy size={14} aria-hidden />}
              onClick={() => {
                close();
                start(() => copyRender(studio, result));
              }}
            >
              {t('export.copy')}
            </Button>
          )}
          <Button type="submit" leftSection={<IconDownload size={14} aria-hidden />}>
            {t('export.start')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
