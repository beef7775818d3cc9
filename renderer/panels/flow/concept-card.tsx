/** One concept in the list: picture, name, what it lacks, whether it is included and locked. */
import { useSortable } from '@dnd-kit/sortable';
import { ActionIcon, Group, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import {
  IconEye,
  IconEyeOff,
  IconGripVertical,
  IconLock,
  IconLockOpen,
  IconPhotoOff,
} from '@tabler/icons-react';
import { type KeyboardEvent, memo, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { DocumentConcept } from '../../../electron/contract/scene-document.ts';
import { moveConcept } from '../../editor/document-commands.ts';
import { selectConcept, useEditor } from '../../session/editor-store.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { toggleConcept } from '../actions/actions.ts';
import { IconButton } from '../widgets/icon-button.tsx';
import { PictureThumb } from './picture-thumb.tsx';

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
      <Group gap="2xs" wrap="nowrap">
        <ActionIcon
          ref={(element) => {
            handle.current = element;
            setActivatorNodeRef(element);
          }}
          variant="transparent"
          color="gray"
          size="xs"
          className="drag-handle"
          {...handleAttributes}
          {...listeners}
          onKeyDown={moveByKey}
          aria-label={t('concept.reorder', { name })}
        >
          <IconGripVertical size={14} aria-hidden />
        </ActionIcon>
        <div className="concept-main">
          <UnstyledButton
            className="concept-head"
            aria-pressed={isActive}
            aria-label={t('concept.select', { name })}
            onClick={() => selectConcept(id)}
          >
            {image ? (
              <PictureThumb asset={image} sidePx={32} />
            ) : (
              <span className="no-image">
                <IconPhotoOff size={18} aria-hidden />
              </span>
            )}
            <span className="concept-title">
              <Text size="sm" fw={600} truncate>
                {name}
              </Text>
            </span>
          </UnstyledButton>
          {/* Beside the button, whose name does not change with it. */}
          {lacks && (
            <Text size="xs" c="dimmed" className="concept-lacks">
              {lacks}
            </Text>
          )}
        </div>
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
    </li>
  );
});
