/** The parameters of the render, in the inspector. */
import { Button, Collapse, Group, Menu, Stack, Switch, Title } from '@mantine/core';
import { IconAdjustments, IconChevronDown, IconChevronUp, IconLayoutGrid } from '@tabler/icons-react';
import { useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeParameters, changeScene, setEveryAlpha } from '../../editor/document-commands.ts';
import {
  defaultParameters,
  PARAMETER_FIELDS,
  PRESET_NAMES,
  type PresetName,
  preset,
} from '../../editor/parameter-fields.ts';
import { useEditor } from '../../session/editor-store.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { DropdownMenu } from '../widgets/dropdown.tsx';
import { HelpTip } from '../widgets/help-tip.tsx';
import { TextField } from '../widgets/text-field.tsx';
import { AlphaControl } from './alpha-control.tsx';
import { ParameterControl } from './parameter-control.tsx';

export function ParameterPanel() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const parameters = useStudio((state) => state.project?.document.parameters);
  const negativePrompt = useStudio((state) => state.project?.document.negativePrompt ?? '');
  const firstAlpha = useStudio((state) => state.project?.document.concepts[0]?.alpha);
  const recommended = useStudio((state) => state.engine?.pack?.recommended);
  const livePreview = useEditor((state) => state.livePreview);
  const [isOpen, setOpen] = useState(false);
  const moreId = useId();
  const defaults = useMemo(() => defaultParameters(recommended), [recommended]);
  if (!parameters) return null;
  const apply = (name: PresetName) => {
    const { parameters: change, alpha } = preset(name, recommended);
    const presetName = t(`parameters.presetNames.${name}`);
    studio.edit(t('changes.preset', { name: presetName }), (before) => {
      const changed = changeParameters(before, change);
      return alpha === undefined ? changed : setEveryAlpha(changed, alpha);
    });
  };
  const controls = (isBasic: boolean) =>
    PARAMETER_FIELDS.filter((field) => field.isBasic === isBasic).map((field) => (
      <ParameterControl key={field.name} field={field} parameters={parameters} defaults={defaults} />
    ));
  return (
    <>
      <Group justify="space-between" wrap="nowrap" mb="xs">
        <Title order={2} size="h6">
          {t('parameters.title')}
        </Title>
        <DropdownMenu position="bottom-end">
          <Menu.Target>
            <Button variant="default" rightSection={<IconChevronDown size={12} aria-hidden />}>
              {t('parameters.presets')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {PRESET_NAMES.map((name) => (
              <Menu.Item key={name} onClick={() => apply(name)}>
                {t(`parameters.presetNames.${name}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </DropdownMenu>
      </Group>
      <Stack gap="sm">
        {firstAlpha !== undefined && (
          <AlphaControl
            isOfAll
            value={firstAlpha}
            onCommit={(alpha) =>
              studio.edit(t('changes.alpha', { value: alpha }), (before) => setEveryAlpha(before, alpha))
            }
          />
        )}
        {controls(true)}
        <Group gap={0} wrap="nowrap">
          <Switch
            size="xs"
            label={t('parameters.livePreview')}
            checked={livePreview}
            onChange={({ currentTarget }) => useEditor.setState({ livePreview: currentTarget.checked })}
          />
          <HelpTip text={t('parameters.livePreviewHint')} />
        </Group>
        <Button
          variant="light"
          leftSection={<IconLayoutGrid size={14} aria-hidden />}
          onClick={() => useEditor.setState({ sheet: 'sweep', sweepId: null })}
        >
          {t('sweep.open')}
        </Button>
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconAdjustments size={14} aria-hidden />}
          rightSection={
            isOpen ? <IconChevronUp size={12} aria-hidden /> : <IconChevronDown size={12} aria-hidden />
          }
          aria-expanded={isOpen}
          aria-controls={moreId}
          onClick={() => setOpen(!isOpen)}
        >
          {t('parameters.more')}
        </Button>
        <Collapse expanded={isOpen} id={moreId}>
          <Stack gap="sm">
            {controls(false)}
            {parameters.guidanceScale !== 1 && (
              <TextField
                label={t('prepare.negativePrompt')}
                help={t('parameters.negativePromptHint')}
                value={negativePrompt}
                maxLength={2000}
                onCommit={(next) =>
                  studio.edit(t('changes.prompt'), (before) => changeScene(before, { negativePrompt: next }))
                }
              />
            )}
          </Stack>
        </Collapse>
      </Stack>
    </>
  );
}
