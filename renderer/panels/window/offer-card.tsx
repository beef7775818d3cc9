/** A card over the canvas that offers an alternative to the last action. */
import { Button, Group, Text } from '@mantine/core';
import { memo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useEditor } from '../../session/editor-store.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { takeOffer } from '../flow/drop-picture.ts';
import { placeConcept } from '../flow/place-concept.ts';
import { conceptName } from '../widgets/concept-name.ts';

export const OfferCard = memo(function OfferCard() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const offer = useEditor((state) => state.offer);
  const document = useStudio((state) => state.project?.document);
  const concepts = document?.concepts ?? [];
  const isOf = (id: string) => concepts.some((concept) => concept.id === id);
  if (!offer || !document || !isOf(offer.conceptId)) return null;
  const close = () => useEditor.setState({ offer: null });
  if (offer.kind === 'moved') {
    const { mode, mask } = concepts.find(({ id }) => id === offer.conceptId)!;
    // It has been given another one since, or is placed already.
    if (mask !== offer.mask || mode === 'place') return null;
    const name = conceptName(document, offer.conceptId);
    return (
      <Card title={t('drop.moved', { name })} text={t('drop.movedText')}>
        <Button
          onClick={() => {
            close();
            const bounds = studio.workbench.boundsOf(offer.conceptId);
            start(() => placeConcept(studio, offer.conceptId, bounds));
          }}
        >
          {t('drop.placeInstead')}
        </Button>
        <Button variant="default" onClick={close}>
          {t('drop.keepMask')}
        </Button>
      </Card>
    );
  }
  const { object, fileName } = offer;
  // The object was in another background.
  if ('mask' in object && object.background !== document.background) return null;
  const covering =
    'conceptId' in object && isOf(object.conceptId) ? conceptName(document, object.conceptId) : null;
  return (
    <Card
      title={t('drop.title')}
      text={
        covering === null
          ? t('drop.text', { file: fileName })
          : t('drop.covered', { file: fileName, name: covering })
      }
    >
      <Button onClick={() => takeOffer(studio, offer)}>
        {covering === null ? t('drop.replace') : t('drop.replaceOf', { name: covering })}
      </Button>
      <Button variant="default" onClick={close}>
        {t('drop.place')}
      </Button>
    </Card>
  );
});

function Card({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <section className="offer-card" data-over-canvas aria-label={title}>
      <div role="status">
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Text size="xs">{text}</Text>
      </div>
      <Group gap="xs" mt="xs">
        {children}
      </Group>
    </section>
  );
}
