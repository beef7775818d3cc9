/** The concepts, the nearest first, in an order that is changed by drag or by keys. */
import {
  type Announcements,
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  type UniqueIdentifier,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { Button, FileButton, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import { MAX_CONCEPTS } from '../../../electron/contract/scene-file.ts';
import { moveConcept } from '../../editor/document-commands.ts';
import { start, useStudioActions } from '../state/studio-context.ts';
import { addConceptPicture } from './add-pictures.ts';
import { ConceptCard } from './concept-card.tsx';
import { conceptName } from './concept-name.ts';

export function ConceptList({ document }: { document: SceneDocument }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const nearestFirst = document.concepts.toReversed();
  const drop = ({ active, over }: DragEndEvent) => {
    if (!over || active.id === over.id) return;
    const toIndex = document.concepts.findIndex(({ id }) => id === over.id);
    studio.edit(t('changes.order'), (before) => moveConcept(before, String(active.id), toIndex));
  };
  const place = (id: UniqueIdentifier | undefined) => nearestFirst.findIndex((one) => one.id === id) + 1;
  const named = ({ id }: { id: UniqueIdentifier }) => conceptName(document, String(id));
  const announcements: Announcements = {
    onDragStart: ({ active }) => t('concept.picked', { name: named(active) }),
    onDragOver: ({ active, over }) =>
      t('concept.over', { name: named(active), place: place(over?.id), count: nearestFirst.length }),
    onDragEnd: ({ active, over }) => t('concept.dropped', { name: named(active), place: place(over?.id) }),
    onDragCancel: ({ active }) => t('concept.dropCancelled', { name: named(active) }),
  };
  return (
    <Stack gap="xs">
      <DndContext
        sensors={sensors}
        collisionDetection={closestCenter}
        accessibility={{ announcements, screenReaderInstructions: { draggable: t('concept.dragHelp') } }}
        onDragEnd={drop}
      >
        <SortableContext items={nearestFirst.map(({ id }) => id)} strategy={verticalListSortingStrategy}>
          <ul className="concept-list" aria-label={t('concept.list')}>
            {nearestFirst.map((concept) => (
              <ConceptCard key={concept.id} concept={concept} document={document} />
            ))}
          </ul>
        </SortableContext>
      </DndContext>
      {document.concepts.length < MAX_CONCEPTS ? (
        <>
          <FileButton
            multiple
            accept="image/*"
            onChange={(files) =>
              start(async () => {
                for (const file of files) await addConceptPicture(studio, file);
              })
            }
          >
            {(open) => (
              <Button variant="light" leftSection={<IconPlus size={14} aria-hidden />} {...open}>
                {t('concept.add')}
              </Button>
            )}
          </FileButton>
          <Text size="xs" c="dimmed">
            {t('concept.addHint')}
          </Text>
        </>
      ) : (
        <Text size="xs" c="dimmed">
          {t('concept.full')}
        </Text>
      )}
    </Stack>
  );
}
