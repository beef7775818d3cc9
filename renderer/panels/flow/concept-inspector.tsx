/** The selected concept in the inspector: its image, what it does, and how strongly. */
import { Group, Slider, Stack, Text } from '@mantine/core';
import { IconCube, IconTrash } from '@tabler/icons-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { DocumentConcept } from '../../../electron/contract/scene-document.ts';
import { changeConceptIfThere, removeConcept } from '../../editor/document-commands.ts';
import { keepUnchanged } from '../../editor/keep-unchanged.ts';
import { useEditor } from '../../session/editor-store.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { AlphaControl } from '../parameters/alpha-control.tsx';
import { conceptName } from '../widgets/concept-name.ts';
import { ControlHead } from '../widgets/control-head.tsx';
import { FileButton } from '../widgets/file-button.tsx';
import { IconButton } from '../widgets/icon-button.tsx';
import { TextField } from '../widgets/text-field.tsx';
import { addConceptPictures, chooseConceptImage } from './add-pictures.ts';
import { ModeControl } from './mode-control.tsx';
import { PlacementControl } from './placement-control.tsx';
import { UnknownWords } from './prompt-words.tsx';
import { StrengthControl } from './strength-control.tsx';
import { SubjectControl } from './subject-control.tsx';

export function ConceptInspector() {
  const activeId = useEditor((state) => state.activeConceptId);
  const document = useStudio((state) => state.project?.document);
  const concept = document?.concepts.find(({ id }) => id === activeId);
  if (!document || !concept) {
    return <NoConcept />;
  }
  // Another concept's fields start from its own texts.
  return <ConceptFields key={concept.id} concept={concept} name={conceptName(document, concept.id)} />;
}

/** Nothing is selected. */
function NoConcept() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  return (
    <div className="nothing-here">
      <IconCube size={32} stroke={1.25} aria-hidden />
      <Text size="sm" c="dimmed">
        {t('concept.none')}
      </Text>
      <FileButton onFile={(file) => start(() => addConceptPictures(studio, [file]))}>
        {t('concept.addPicture')}
      </FileButton>
    </div>
  );
}

/**
 * The selected concept's controls. None of them shows the mask, which changes with every stroke. When the concept goes,
 * what was just typed or set comes after it, and changes nothing.
 */
const ConceptFields = memo(
  function ConceptFields({ concept, name }: { concept: DocumentConcept; name: string }) {
    const { t } = useTranslation();
    const studio = useStudioActions();
    const { id, image } = concept;
    return (
      <Stack gap="sm">
        <TextField
          label={t('concept.name')}
          value={concept.name}
          maxLength={100}
          onCommit={(next) =>
            studio.edit(t('changes.rename'), (d) => changeConceptIfThere(d, id, { name: next }))
          }
        />
        <TextField
          label={t('concept.prompt')}
          help={t('concept.promptHint')}
          placeholder={t('concept.optional')}
          value={concept.prompt}
          maxLength={2000}
          isMultiline
          onCommit={(prompt) =>
            studio.edit(t('changes.prompt'), (d) => changeConceptIfThere(d, id, { prompt }))
          }
        />
        <UnknownWords text={concept.prompt} />
        <ModeControl concept={concept} />
        {concept.mode === 'replace' && (
          <>
            <TextField
              label={t('concept.phrase')}
              help={t('concept.phraseHint')}
              placeholder={t('concept.optional')}
              value={concept.phrase}
              maxLength={200}
              onCommit={(phrase) =>
                studio.edit(t('changes.phrase'), (d) => changeConceptIfThere(d, id, { phrase }))
              }
            />
            <UnknownWords text={concept.phrase} needsSubject />
          </>
        )}
        <SubjectControl concept={concept} />
        {concept.mode === 'place' && concept.placement && (
          <PlacementControl concept={concept} placement={concept.placement} />
        )}
        <AlphaControl
          value={concept.alpha}
          isPlaced={concept.mode === 'place'}
          onCommit={(alpha) =>
            studio.edit(t('changes.alpha', { value: alpha }), (d) => changeConceptIfThere(d, id, { alpha }))
          }
        />
        <StrengthControl concept={concept} />
        {concept.mode === 'replace' && <MaskOpacity id={id} />}
        <Group gap="2xs" justify="space-between">
          <FileButton onFile={(file) => start(() => chooseConceptImage(studio, id, file))}>
            {t(image ? 'concept.replaceImage' : 'concept.chooseImage')}
          </FileButton>
          <IconButton
            label={t('concept.remove')}
            onClick={() =>
              studio.edit(t('changes.removeConcept', { name }), (d) =>
                // On a slow machine a second press may come when the concept is already gone.
                d.concepts.some((one) => one.id === id) ? removeConcept(d, id) : d,
              )
            }
          >
            <IconTrash size={16} aria-hidden />
          </IconButton>
        </Group>
      </Stack>
    );
  },
  (before, after) =>
    before.name === after.name &&
    keepUnchanged(before.concept, { ...after.concept, mask: before.concept.mask }) === before.concept,
);

/** Opacity of the mask in the view; does not affect the render. */
function MaskOpacity({ id }: { id: string }) {
  const { t } = useTranslation();
  const opacity = useEditor(({ maskOpacities, maskOpacity }) => maskOpacities[id] ?? maskOpacity);
  return (
    <div>
      <ControlHead name={t('concept.opacity')} help={t('concept.opacityHint')} />
      <div className="option">
        <Slider
          flex={1}
          min={10}
          max={100}
          value={Math.round(opacity * 100)}
          onChange={(value) =>
            useEditor.setState(({ maskOpacities }) => ({
              maskOpacities: { ...maskOpacities, [id]: value / 100 },
            }))
          }
          label={null}
          thumbLabel={t('concept.opacity')}
        />
        <Text span size="xs" w={40} ta="right" className="numbers">
          {Math.round(opacity * 100)} %
        </Text>
      </div>
    </div>
  );
}
