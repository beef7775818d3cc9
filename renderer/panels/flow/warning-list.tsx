/** What would not appear as intended in a render, with ways out. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import { changeConcept, moveConcept } from '../../editor/document-commands.ts';
import { changePlacement, setFrame } from '../../editor/placement-commands.ts';
import type { RenderWarning, WarningKind } from '../../editor/render-warnings.ts';
import { selectConcept, useEditor } from '../../session/editor-store.ts';
import type { Studio } from '../../session/studio.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { takeTool } from '../actions/actions.ts';
import { conceptName } from '../widgets/concept-name.ts';
import { placeConcept } from './place-concept.ts';

type WayOut = 'place' | 'models' | 'select' | 'forward' | 'frame' | 'show' | 'centre' | 'exclude';

const WAYS_OUT: Readonly<Record<WarningKind, readonly WayOut[]>> = {
  photograph: ['place', 'models'],
  noObject: ['place', 'select'],
  covered: ['forward', 'exclude'],
  outside: ['frame', 'exclude'],
  unframed: ['frame', 'exclude'],
  tiny: ['frame', 'exclude'],
  transparent: ['show', 'exclude'],
};

/** Warnings of the open scene; empty for none. */
export function useWarnings(): readonly RenderWarning[] {
  return useEditor((state) => state.renderWarnings);
}

export function WarningList() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const document = useStudio((state) => state.project?.document);
  const warnings = useWarnings().filter(({ conceptId }) =>
    document?.concepts.some(({ id }) => id === conceptId),
  );
  if (!document || warnings.length === 0) return null;
  return (
    <Stack gap="xs" component="ul" className="plain-list" aria-label={t('warnings.title')}>
      {warnings.map(({ kind, conceptId }) => {
        const isPlaced = document.concepts.find(({ id }) => id === conceptId)!.mode === 'place';
        const isBeyond = isPlaced && kind === 'outside';
        const ways = WAYS_OUT[kind].map((way) => (way === 'frame' && isBeyond ? 'centre' : way));
        return (
          <li key={conceptId} className="stale">
            <IconAlertTriangle size={16} aria-hidden />
            <div>
              <Text size="xs" fw={600}>
                {t(`warnings.${kind}.title`, { name: conceptName(document, conceptId) })}
              </Text>
              <Text size="xs">{t(`warnings.${kind}.text`)}</Text>
              <Group gap="2xs" mt="2xs">
                {ways.map((way) => (
                  <Button key={way} variant="default" onClick={() => take(studio, way, conceptId)}>
                    {t(`warnings.ways.${way}`)}
                  </Button>
                ))}
              </Group>
            </div>
          </li>
        );
      })}
    </Stack>
  );
}

function take(studio: Studio, way: WayOut, conceptId: string): void {
  selectConcept(conceptId);
  switch (way) {
    case 'place':
      start(() => placeConcept(studio, conceptId, studio.workbench.boundsOf(conceptId)));
      break;
    case 'models':
      useEditor.setState({ sheet: 'models' });
      break;
    case 'select':
      takeTool(studio, 'select');
      break;
    case 'forward':
      studio.edit(i18next.t('changes.order'), (document) =>
        moveConcept(document, conceptId, document.concepts.length - 1),
      );
      break;
    case 'frame':
      studio.edit(i18next.t('changes.frame'), (document) => setFrame(document, 'auto'));
      break;
    case 'centre': {
      const { backgroundSize } = useStudio.getState();
      if (!backgroundSize) break;
      const { width, height } = backgroundSize;
      studio.edit(i18next.t('changes.placed.move'), (document) =>
        changePlacement(document, conceptId, { x: width / 2, y: height / 2 }),
      );
      break;
    }
    case 'show':
      studio.edit(i18next.t('changes.placed.opacity'), (document) =>
        changePlacement(document, conceptId, { opacity: 1 }),
      );
      break;
    default:
      studio.edit(i18next.t('changes.show'), (document) =>
        changeConcept(document, conceptId, { visible: false }),
      );
  }
}
