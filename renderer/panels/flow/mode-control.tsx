/** The mode of the selected concept: it replaces an object of the background, or is placed. */
import { SegmentedControl } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ConceptMode } from '../../../electron/contract/placement.ts';
import type { DocumentConcept } from '../../../electron/contract/scene-document.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { ControlHead } from '../widgets/control-head.tsx';
import { placeConcept, replaceObject } from './place-concept.ts';

export function ModeControl({ concept: { id, mode, image } }: { concept: DocumentConcept }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const choose = (next: ConceptMode) =>
    next === 'place' ? start(() => placeConcept(studio, id)) : replaceObject(studio, id);
  return (
    <div>
      <ControlHead name={t('concept.mode')} help={t(`concept.modeHints.${mode}`)} />
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={t('concept.mode')}
        value={mode}
        // Placing needs a picture.
        disabled={image === null && mode === 'replace'}
        onChange={(next) => choose(next as ConceptMode)}
        data={(['replace', 'place'] as const).map((value) => ({ value, label: t(`concept.modes.${value}`) }))}
      />
    </div>
  );
}
