/**
 * What is in the scene: the background and the concepts, to select; what is missing, and what a render would not show
 * as intended. The inspector shows what is selected.
 */
import { Badge, Text, Title, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconPhotoOff } from '@tabler/icons-react';
import { memo, type ReactNode, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { MissingPart } from '../../../electron/contract/document-request.ts';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import { isInpaintedStale } from '../../editor/document-commands.ts';
import { type FlowStepState, flowOf } from '../../editor/next-action.ts';
import { useEditor } from '../../session/editor-store.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { conceptName } from '../widgets/concept-name.ts';
import { ScrollPanel } from '../widgets/scroll-panel.tsx';
import { ConceptList } from './concept-list.tsx';
import { CutOutPanel } from './cut-out-panel.tsx';
import { PictureThumb } from './picture-thumb.tsx';
import { WarningList } from './warning-list.tsx';

export function FlowPanel() {
  const { t } = useTranslation();
  const document = useStudio((state) => state.project?.document);
  const cutOut = useEditor((state) => state.cutOut);
  const hasRendered = useStudio(({ renders }) => renders.some((render) => render.result !== null));
  if (!document) return <aside className="flow-panel" />;
  if (cutOut) {
    return (
      <ScrollPanel element="nav" label={t('cutOut.panelLabel')} className="flow-panel">
        <CutOutPanel cutOut={cutOut} document={document} />
      </ScrollPanel>
    );
  }
  const [background, concepts, masks, render] = flowOf(document) as [
    FlowStepState,
    FlowStepState,
    FlowStepState,
    FlowStepState,
  ];
  return (
    <ScrollPanel element="nav" label={t('flow.title')} className="flow-panel">
      <Step state={background} document={document}>
        <BackgroundRow background={document.background} isStale={isInpaintedStale(document)} />
      </Step>
      <Step state={concepts} document={document}>
        <ConceptList concepts={document.concepts} />
      </Step>
      {masks.isNext && <Step state={masks} document={document} />}
      <Step
        state={render}
        document={document}
        isUsable={document.background !== null}
        isFamiliar={hasRendered}
      >
        <WarningList />
        {render.isNext && (
          <Text size="xs" c="dimmed">
            {t(hasRendered ? 'flow.rendered' : 'flow.ready')}
          </Text>
        )}
      </Step>
    </ScrollPanel>
  );
}

function Step({
  state: { step, missing, isNext },
  document,
  isUsable = true,
  isFamiliar = false,
  children,
}: {
  state: FlowStepState;
  document: SceneDocument;
  isUsable?: boolean;
  /** The user has done it before: nothing points to it. */
  isFamiliar?: boolean;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  // A step is done when the next one is possible; rendering is never done.
  const isDone = missing.length === 0 && !isNext && step !== 'render';
  return (
    <section className="flow-step" aria-labelledby={`step-${step}`}>
      <div className="flow-step-head">
        <Title order={2} size="h6" id={`step-${step}`}>
          {t(`flow.${step}`)}
        </Title>
        {isDone && isUsable && (
          <Badge size="sm" variant="light" color="gray" leftSection={<IconCheck size={12} aria-hidden />}>
            {t('flow.done')}
          </Badge>
        )}
        {isNext && !isFamiliar && (
          <Badge size="sm" color="brand">
            {t('flow.next')}
          </Badge>
        )}
      </div>
      {isNext &&
        missing.map((part) => (
          <Text key={sentenceKey(part)} size="xs" className="flow-missing">
            <MissingSentence part={part} document={document} />
          </Text>
        ))}
      {isUsable && children}
    </section>
  );
}

/** The background in the list, to select. */
const BackgroundRow = memo(function BackgroundRow({
  background,
  isStale,
}: Pick<SceneDocument, 'background'> & {
  /** Its objects were removed with other masks. */
  readonly isStale: boolean;
}) {
  const { t } = useTranslation();
  const isShown = useEditor((state) => state.inspected === 'background');
  return (
    <div className="scene-row" data-active={isShown} data-drop="background">
      {background ? (
        <PictureThumb asset={background} sidePx={36} label={t('background.alt')} />
      ) : (
        <span className="no-image">
          <IconPhotoOff size={18} aria-hidden />
        </span>
      )}
      <UnstyledButton
        className="scene-row-button"
        aria-pressed={isShown}
        onClick={() => useEditor.setState({ inspected: 'background' })}
      >
        {t(background ? 'background.edit' : 'background.choosing')}
      </UnstyledButton>
      {isStale && (
        <IconAlertTriangle
          size={18}
          className="scene-row-mark"
          role="img"
          aria-label={t('background.inpaintedStale')}
        />
      )}
    </div>
  );
});

/** A proposed mask still has to be applied; a painted one is on its way into the document. */
function MissingMask({ conceptId, name }: { conceptId: string; name: string }) {
  const { t } = useTranslation();
  const { workbench } = useStudioActions();
  const isActive = useEditor(({ activeConceptId }) => activeConceptId === conceptId);
  const isProposed = useSyncExternalStore(
    workbench.subscribe,
    () => isActive && workbench.proposal === 'shown',
  );
  return t(isProposed ? 'flow.missing.maskProposed' : 'flow.missing.mask', { name });
}

function sentenceKey(part: MissingPart): string {
  return 'conceptId' in part ? `${part.part}-${part.conceptId}` : part.part;
}

function MissingSentence({ part, document }: { part: MissingPart; document: SceneDocument }) {
  const { t } = useTranslation();
  switch (part.part) {
    case 'background':
      return t('flow.missing.background');
    case 'concepts':
      return t(document.concepts.length === 0 ? 'flow.missing.concepts' : 'flow.missing.conceptsHidden');
    case 'mask':
      return <MissingMask conceptId={part.conceptId} name={conceptName(document, part.conceptId)} />;
    default:
      return t(`flow.missing.${part.part}`, { name: conceptName(document, part.conceptId) });
  }
}
