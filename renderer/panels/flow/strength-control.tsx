/** How much of the model's changes to a concept is used: chosen automatically or by the user. */
import { Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DocumentConcept } from '../../../electron/contract/scene-document.ts';
import { changeConceptIfThere } from '../../editor/document-commands.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { LabelledControl } from '../widgets/labelled-control.tsx';
import { NumberSlider } from '../widgets/number-slider.tsx';

export function StrengthControl({ concept: { id, strength } }: { concept: DocumentConcept }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const name = t('strength.title');
  const set = (value: number | null) =>
    studio.edit(t('changes.strength', { value: value === null ? t('strength.auto') : value }), (document) =>
      changeConceptIfThere(document, id, { strength: value }),
    );
  return (
    <LabelledControl
      name={name}
      text={t(strength === null ? 'strength.autoText' : 'strength.text')}
      isDefault
      defaultText=""
      onReset={() => set(null)}
    >
      <Switch
        size="xs"
        mb="2xs"
        label={t('strength.auto')}
        checked={strength === null}
        onChange={({ currentTarget }) => set(currentTarget.checked ? null : 1)}
      />
      {strength !== null && (
        <NumberSlider label={name} value={strength} min={0} max={1} step={0.05} onCommit={set} />
      )}
    </LabelledControl>
  );
}
