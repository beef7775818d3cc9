/** Settings, each saved when it is changed. */
import { Select, Stack, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Settings, SettingsChange } from '../../../electron/contract/settings.ts';
import { changeEditorSettings } from '../../session/editor-settings.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { MoreOptions } from '../flow/more-options.tsx';
import { LANGUAGES, systemLanguage } from '../texts/texts.ts';
import { NumberField } from '../widgets/number-field.tsx';
import { Section } from '../widgets/section.tsx';
import { FarmSettings } from './farm-settings.tsx';
import { FolderSettings } from './folder-settings.tsx';
import { ShortcutEditor } from './shortcut-editor.tsx';

const MEGA = 2 ** 20;
/** 8 TiB; far more digits would be no number that the host takes. */
const MOST_CACHE_MB = 2 ** 23;
const THEMES = ['system', 'light', 'dark'] as const;
const WHEELS = ['zoom', 'brushSize'] as const;
const DEVICES = ['auto', 'cuda', 'tensorrt', 'directml', 'webgpu', 'coreml', 'cpu'] as const;

export function SettingsSheet() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const settings = useStudio((state) => state.settings);
  const set = (change: SettingsChange) => start(() => studio.client.call('settings.set', change));
  const setEditor = (change: Settings['editor']) =>
    start(() => changeEditorSettings(studio.client, () => change));
  const { language } = settings.editor;
  return (
    <Stack gap="xl">
      <Section title={t('settings.appearance')}>
        <Select
          label={t('settings.theme')}
          allowDeselect={false}
          value={settings.theme}
          data={THEMES.map((value) => ({ value, label: t(`settings.themes.${value}`) }))}
          onChange={(theme) => theme && set({ theme: theme as (typeof THEMES)[number] })}
        />
        <Select
          label={t('settings.language')}
          allowDeselect={false}
          value={typeof language === 'string' ? language : systemLanguage()}
          data={LANGUAGES.map((value) => ({ value, label: t(`settings.languages.${value}`) }))}
          onChange={(next) => next && setEditor({ language: next })}
        />
      </Section>
      <Section title={t('settings.canvas')}>
        <Select
          label={t('settings.wheel')}
          allowDeselect={false}
          value={settings.wheel}
          data={WHEELS.map((value) => ({ value, label: t(`settings.wheels.${value}`) }))}
          onChange={(wheel) => wheel && set({ wheel: wheel as (typeof WHEELS)[number] })}
        />
        <Switch
          label={t('settings.showPixels')}
          description={t('settings.showPixelsHint')}
          checked={settings.editor.showPixels === true}
          onChange={({ currentTarget }) => setEditor({ showPixels: currentTarget.checked })}
        />
      </Section>
      <Section title={t('settings.rendering')}>
        <Select
          label={t('settings.device')}
          allowDeselect={false}
          value={settings.device}
          data={DEVICES.map((value) => ({ value, label: t(`settings.devices.${value}`) }))}
          onChange={(device) => device && set({ device: device as (typeof DEVICES)[number] })}
        />
        <FarmSettings />
        <MoreOptions label={t('settings.memory')}>
          <NumberField
            size="sm"
            label={t('settings.rowsAtOnce')}
            description={t('settings.rowsAtOnceHint')}
            value={settings.rowsAtOnce ?? 0}
            min={0}
            max={64}
            clampBehavior="strict"
            allowDecimal={false}
            onCommit={(value) => set({ rowsAtOnce: value === 0 ? null : value })}
          />
          <Switch
            label={t('settings.lowMemory')}
            description={t('settings.lowMemoryHint')}
            checked={settings.lowMemory}
            onChange={({ currentTarget }) => set({ lowMemory: currentTarget.checked })}
          />
          <NumberField
            size="sm"
            label={t('settings.releaseAfter')}
            value={settings.releaseModelsAfterMinutes}
            min={0}
            max={1440}
            clampBehavior="strict"
            onCommit={(value) => set({ releaseModelsAfterMinutes: value })}
          />
          <NumberField
            size="sm"
            label={t('settings.cacheLimit')}
            value={Math.round(settings.cacheLimitBytes / MEGA)}
            min={0}
            max={MOST_CACHE_MB}
            clampBehavior="strict"
            allowDecimal={false}
            onCommit={(value) => set({ cacheLimitBytes: value * MEGA })}
          />
        </MoreOptions>
      </Section>
      <Section title={t('settings.export')}>
        <Switch
          label={t('settings.exportMetadata')}
          description={t('settings.exportMetadataHint')}
          checked={settings.exportMetadata}
          onChange={({ currentTarget }) => set({ exportMetadata: currentTarget.checked })}
        />
      </Section>
      <FolderSettings />
      <ShortcutEditor />
    </Stack>
  );
}
