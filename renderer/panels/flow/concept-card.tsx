/** One concept: picture, name, whether it is included; expanded when it is selected. */
import { useSortable } from '@dnd-kit/sortable';
import { ActionIcon, Group, Slider, Stack, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import {
  IconEye,
  IconEyeOff,
  IconGripVertical,
  IconLock,
  IconLockOpen,
  IconPhotoOff,
  IconTrash,
} from '@tabler/icons-react';
import { type KeyboardEvent, memo, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { DocumentConcept } from '../../../electron/contract/scene-document.ts';
import { changeConcept, moveConcept, removeConcept } from '../../editor/document-commands.ts';
import { keepUnchanged } from '../../editor/keep-unchanged.ts';
import { useEditor } from '../../session/editor-store.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { toggleConcept } from '../actions/actions.ts';
import { AlphaControl } from '../parameters/alpha-control.tsx';
import { FileButton } from '../widgets/file-button.tsx';
import { IconButton } from '../widgets/icon-button.tsx';
import { TextField } from '../widgets/text-field.tsx';
import { chooseConceptImage } from './add-pictures.ts';
import { ModeControl } from './mode-control.tsx';
import { PictureThumb } from './picture-thumb.tsx';
import { PlacementControl } from './placement-control.tsx';
import { UnknownWords } from './prompt-words.tsx';
import { StrengthControl } from './strength-control.tsx';
import { SubjectControl } from './subject-control.tsx';

/** @param props.name by `conceptName` */
export const ConceptCard = memo(function ConceptCard({
  concept,
  name,
}: {
  concept: DocumentConcept;
  name: string;
}) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const { id, colour, image, mask, visible, locked } = concept;
  const isActive = useEditor((state) => state.activeConceptId === id);
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, transform, transition } = useSortable({
    id,
  });
  const { workbench } = studio;
  const isProposed = useSyncExternalStore(
    workbench.subscribe,
    () => isActive && workbench.proposal === 'shown',
  );
  const lacks =
    image === null
      ? t('concept.missingImage')
      : concept.mode === 'replace' && mask === null
        ? t(isProposed ? 'concept.maskProposed' : 'concept.missingMask')
        : null;
  const handle = useRef<HTMLButtonElement>(null);
  const [announcement, setAnnouncement] = useState('');
  // The library's instructions describe its own keys, which are not used here.
  const { role: _, 'aria-describedby': __, ...handleAttributes } = attributes;
  const moveByKey = (event: KeyboardEvent) => {
    // The list shows the front concept first, the document stores it last.
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const { concepts } = studio.session.document;
    const to = concepts.findIndex((one) => one.id === id) + by;
    if (to < 0 || to >= concepts.length) return;
    studio.edit(t('changes.order'), (before) => moveConcept(before, id, to));
    setAnnouncement(t('concept.place', { name, place: concepts.length - to, count: concepts.length }));
    // Moving an element within the page loses the focus.
    requestAnimationFrame(() => handle.current?.focus());
  };
  return (
    <li
      ref={setNodeRef}
      className="concept-card"
      data-active={isActive}
      data-hidden={!visible}
      style={{
        transform: transform ? `translate(0, ${transform.y}px)` : undefined,
        transition,
        borderLeftColor: colour,
      }}
    >
      <VisuallyHidden role="status">{announcement}</VisuallyHidden>
      <Group gap={6} wrap="nowrap">
        <ActionIcon
          ref={(element) => {
            handle.current = element;
            setActivatorNodeRef(element);
          }}
          variant="transparent"
          color="gray"
          size="sm"
          className="drag-handle"
          {...handleAttributes}
          {...listeners}
          onKeyDown={moveByKey}
          aria-label={t('concept.reorder', { name })}
        >
          <IconGripVertical size={14} aria-hidden />
        </ActionIcon>
        <UnstyledButton
          className="concept-head"
          aria-pressed={isActive}
          aria-label={t('concept.select', { name })}
          onClick={() => useEditor.setState({ activeConceptId: id })}
        >
          {image ? (
            <PictureThumb asset={image} sidePx={36} />
          ) : (
            <span className="no-image">
              <IconPhotoOff size={18} aria-hidden />
            </span>
          )}
          <span className="concept-title">
            <Text size="sm" fw={600} truncate>
              {name}
            </Text>
            {lacks && (
              <Text size="xs" c="dimmed">
                {lacks}
              </Text>
            )}
          </span>
        </UnstyledButton>
        <IconButton
          size="sm"
          label={t(visible ? 'concept.hide' : 'concept.show')}
          aria-pressed={visible}
          onClick={() => toggleConcept(studio, id, 'visible')}
        >
          {visible ? <IconEye size={16} aria-hidden /> : <IconEyeOff size={16} aria-hidden />}
        </IconButton>
        <IconButton
          size="sm"
          label={t(locked ? 'concept.unlock' : 'concept.lock')}
          aria-pressed={locked}
          onClick={() => toggleConcept(studio, id, 'locked')}
        >
          {locked ? <IconLock size={16} aria-hidden /> : <IconLockOpen size={16} aria-hidden />}
        </IconButton>
      </Group>
      {isActive && <ConceptFields concept={concept} name={name} />}
    </li>
  );
});

/** The selected concept's controls. None of them shows the mask, which changes with every stroke. */
const ConceptFields = memo(
  function ConceptFields({ concept, name }: { concept: DocumentConcept; name: string }) {
    const { t } = useTranslation();
    const studio = useStudioActions();
    const { id, image } = concept;
    return (
      <Stack gap="xs" mt="xs">
        <TextField
          label={t('concept.name')}
          value={concept.name}
          maxLength={100}
          onCommit={(next) => studio.edit(t('changes.rename'), (d) => changeConcept(d, id, { name: next }))}
        />
        <TextField
          label={t('concept.prompt')}
          description={t('concept.promptHint')}
          value={concept.prompt}
          maxLength={2000}
          onCommit={(prompt) => studio.edit(t('changes.prompt'), (d) => changeConcept(d, id, { prompt }))}
        />
        <UnknownWords text={concept.prompt} />
        <ModeControl concept={concept} />
        {concept.mode === 'replace' && (
          <>
            <TextField
              label={t('concept.phrase')}
              description={t('concept.phraseHint')}
              value={concept.phrase}
              maxLength={200}
              onCommit={(phrase) => studio.edit(t('changes.phrase'), (d) => changeConcept(d, id, { phrase }))}
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
            studio.edit(t('changes.alpha', { value: alpha }), (d) => changeConcept(d, id, { alpha }))
          }
        />
        <StrengthControl concept={concept} />
        {concept.mode === 'replace' && <MaskOpacity id={id} />}
        <Group gap={4} justify="space-between">
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
    <div className="option">
      <Text span size="xs" fw={600}>
        {t('concept.opacity')}
      </Text>
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
  );
}
