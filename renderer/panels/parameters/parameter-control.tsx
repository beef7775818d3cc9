/** One parameter of the render. */
import { Group, RangeSlider, SegmentedControl, Select, Switch } from '@mantine/core';
import { IconDice5, IconLock, IconLockOpen } from '@tabler/icons-react';
import { memo, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RenderParameters } from '../../../electron/contract/parameters.ts';
import { changeParameters } from '../../editor/document-commands.ts';
import { isDefault, type ParameterField } from '../../editor/parameter-fields.ts';
import { changeEditorSettings } from '../../session/editor-settings.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { IconButton } from '../widgets/icon-button.tsx';
import { LabelledControl } from '../widgets/labelled-control.tsx';
import { NumberField } from '../widgets/number-field.tsx';
import { NumberSlider } from '../widgets/number-slider.tsx';
import { useKeysTogether } from '../widgets/use-keys-together.ts';
import { choiceKey, useParameterText } from './parameter-text.ts';

/** Re-rendered when parameters change, not when other parts of the document do, such as a mask. */
export const ParameterControl = memo(function ParameterControl({
  field,
  parameters,
  defaults,
}: {
  field: ParameterField;
  parameters: RenderParameters;
  defaults: RenderParameters;
}) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const textOf = useParameterText();
  const { name } = field;
  const label = t(`parameters.${name}.name`);
  const set = (change: Partial<RenderParameters>) =>
    studio.edit(
      t('changes.parameter', { name: label, value: textOf(name, { ...parameters, ...change }) }),
      (document) => changeParameters(document, change),
    );
  return (
    <LabelledControl
      name={label}
      text={t(`parameters.${name}.text`)}
      isDefault={isDefault(name, parameters, defaults)}
      defaultText={textOf(name, defaults)}
      onReset={() => set({ [name]: defaults[name] })}
    >
      {field.kind === 'slider' && (
        <NumberSlider
          label={label}
          value={parameters[field.name]}
          min={field.min}
          max={field.max}
          most={field.most}
          step={field.step}
          onCommit={(value) => set({ [name]: value })}
        />
      )}
      {field.kind === 'seed' && <SeedControl seed={parameters.seed} onCommit={(seed) => set({ seed })} />}
      {field.kind === 'range' && (
        <StepRange
          label={label}
          value={parameters.attentionSteps}
          onCommit={(attentionSteps) => set({ attentionSteps })}
        />
      )}
      {field.kind === 'switch' && (
        <Switch
          size="sm"
          aria-label={label}
          checked={parameters[field.name]}
          onChange={({ currentTarget }) => set({ [name]: currentTarget.checked })}
        />
      )}
      {field.kind === 'choice' &&
        (field.choices.length > 2 ? (
          <Select
            size="xs"
            aria-label={label}
            allowDeselect={false}
            value={parameters[field.name]}
            data={field.choices.map((value) => ({ value, label: t(choiceKey(field.name, value)) }))}
            onChange={(value) => set({ [field.name]: value })}
          />
        ) : (
          <SegmentedControl
            size="xs"
            fullWidth
            aria-label={label}
            value={parameters[field.name]}
            data={field.choices.map((value) => ({ value, label: t(choiceKey(field.name, value)) }))}
            onChange={(value) => set({ [field.name]: value })}
          />
        ))}
    </LabelledControl>
  );
});

function SeedControl({ seed, onCommit }: { seed: number; onCommit: (seed: number) => void }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const editorSettings = useStudio((state) => state.settings.editor);
  const isLocked = editorSettings.seedLocked !== false;
  return (
    <Group gap="2xs" wrap="nowrap">
      <NumberField
        flex={1}
        aria-label={t('parameters.seed.name')}
        value={seed}
        min={0}
        max={0xffff_ffff}
        allowDecimal={false}
        clampBehavior="strict"
        onCommit={onCommit}
      />
      <IconButton
        label={t('parameters.dice')}
        onClick={() => onCommit(crypto.getRandomValues(new Uint32Array(1))[0]!)}
      >
        <IconDice5 size={18} aria-hidden />
      </IconButton>
      <IconButton
        label={t('parameters.lockSeed')}
        aria-pressed={isLocked}
        onClick={() =>
          start(() =>
            changeEditorSettings(studio.client, ({ seedLocked }) => ({ seedLocked: seedLocked === false })),
          )
        }
      >
        {isLocked ? <IconLock size={16} aria-hidden /> : <IconLockOpen size={16} aria-hidden />}
      </IconButton>
    </Group>
  );
}

function StepRange({
  label,
  value,
  onCommit,
}: {
  label: string;
  value: RenderParameters['attentionSteps'];
  onCommit: (value: RenderParameters['attentionSteps']) => void;
}) {
  const [draft, setDraft] = useState<[number, number]>([value.from * 100, value.to * 100]);
  useEffect(() => setDraft([value.from * 100, value.to * 100]), [value.from, value.to]);
  const { commit, handlers } = useKeysTogether(onCommit);
  return (
    <div {...handlers}>
      <RangeSlider
        min={0}
        max={100}
        step={5}
        minRange={0}
        value={draft}
        onChange={setDraft}
        onChangeEnd={([from, to]) => commit({ from: from / 100, to: to / 100 })}
        label={(share) => `${share} %`}
        thumbFromLabel={`${label}: 0 %–`}
        thumbToLabel={`${label}: –100 %`}
      />
    </div>
  );
}
