/** The concepts, front to back, reordered by dragging or keys. */
import {
  DndContext,
  type DragEndEvent,
  PointerSensor,
  pointerWithin,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { SortableContext, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { Button, Stack, Text, Tooltip } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import { MAX_CONCEPTS } from '../../../electron/contract/scene-file.ts';
import { moveConcept } from '../../editor/document-commands.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { conceptName } from '../widgets/concept-name.ts';
import { PicturePicker } from '../widgets/picture-picker.tsx';
import { addConceptPictures } from './add-pictures.ts';
import { ConceptCard } from './concept-card.tsx';

export const ConceptList = memo(function ConceptList({ concepts }: Pick<SceneDocument, 'concepts'>) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }));
  const nearestFirst = concepts.toReversed();
  const order = JSON.stringify(nearestFirst.map(({ id }) => id));
  // The same array while the order is unchanged: every card depends on it.
  const items = useMemo(() => JSON.parse(order) as string[], [order]);
  const drop = ({ active, over }: DragEndEvent) => {
    if (!over || active.id === over.id) return;
    const toIndex = concepts.findIndex(({ id }) => id === over.id);
    studio.edit(t('changes.order'), (before) => moveConcept(before, String(active.id), toIndex));
  };
  return (
    <Stack gap="xs">
      <DndContext
        sensors={sensors}
        // Cards differ in height: use the card under the pointer, not the one with the nearest centre.
        collisionDetection={pointerWithin}
        onDragEnd={drop}
      >
        <SortableContext items={items} strategy={verticalListSortingStrategy}>
          <ul className="concept-list" aria-label={t('concept.list')}>
            {nearestFirst.map((concept) => (
              <ConceptCard key={concept.id} concept={concept} name={conceptName({ concepts }, concept.id)} />
            ))}
          </ul>
        </SortableContext>
      </DndContext>
      {concepts.length < MAX_CONCEPTS ? (
        <PicturePicker isMultiple onFiles={(files) => start(() => addConceptPictures(studio, files))}>
          {(open) => (
            <Tooltip label={t('concept.addHint')}>
              <Button variant="light" leftSection={<IconPlus size={16} aria-hidden />} {...open}>
                {t('concept.add')}
              </Button>
            </Tooltip>
          )}
        </PicturePicker>
      ) : (
        <Text size="xs" c="dimmed">
          {t('concept.full')}
        </Text>
      )}
    </Stack>
  );
});
