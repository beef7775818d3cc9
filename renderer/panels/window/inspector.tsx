/** The panel on the right: everything about what is selected. One of its tabs is shown at a time. */
import { ScrollArea, Stack, Tabs } from '@mantine/core';
import { memo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type InspectorTab, useEditor } from '../../session/editor-store.ts';
import { useStudio } from '../../session/studio-store.ts';
import { BackgroundStep } from '../flow/background-step.tsx';
import { ConceptInspector } from '../flow/concept-inspector.tsx';
import { FrameControl } from '../flow/frame-control.tsx';
import { InpaintedStep } from '../flow/inpainted-step.tsx';
import { ParameterPanel } from '../parameters/parameter-panel.tsx';
import { ControlHead } from '../widgets/control-head.tsx';

const TABS: readonly InspectorTab[] = ['background', 'concept', 'render'];

export const Inspector = memo(function Inspector() {
  const { t } = useTranslation();
  const inspected = useEditor((state) => state.inspected);
  // While a picture is cut out, the scene is not edited.
  const isCuttingOut = useEditor((state) => state.cutOut !== null);
  const isOpen = useStudio((state) => state.project !== null);
  if (!isOpen) return <aside className="parameter-panel" />;
  const contents: Readonly<Record<InspectorTab, ReactNode>> = {
    background: <BackgroundInspector />,
    concept: <ConceptInspector />,
    render: <RenderInspector />,
  };
  return (
    <aside className="parameter-panel" aria-label={t('inspector.title')}>
      <Tabs
        className="inspector-tabs"
        value={isCuttingOut ? 'render' : inspected}
        onChange={(tab) => tab !== null && useEditor.setState({ inspected: tab as InspectorTab })}
      >
        <Tabs.List grow>
          {TABS.map((tab) => (
            <Tabs.Tab key={tab} value={tab} disabled={isCuttingOut && tab !== 'render'}>
              {t(`inspector.tabs.${tab}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map((tab) => (
          // All stay mounted: fields keep what is being typed, and work shows that it is running.
          <Tabs.Panel key={tab} value={tab} className="inspector-panel">
            <ScrollArea h="100%" type="auto" viewportProps={{ tabIndex: -1 }}>
              <div className="inspector-content">{contents[tab]}</div>
            </ScrollArea>
          </Tabs.Panel>
        ))}
      </Tabs>
    </aside>
  );
});

function BackgroundInspector() {
  const prompt = useStudio((state) => state.project?.document.prompt ?? '');
  const background = useStudio((state) => state.project?.document.background ?? null);
  return (
    <Stack gap="lg">
      <BackgroundStep prompt={prompt} background={background} />
      <InpaintedStep />
    </Stack>
  );
}

function RenderInspector() {
  return (
    <Stack gap="sm">
      <ParameterPanel />
      <RenderFrame />
    </Stack>
  );
}

function RenderFrame() {
  const { t } = useTranslation();
  const document = useStudio((state) => state.project?.document);
  // While a picture is cut out, what the frame contains is not known.
  const isCuttingOut = useEditor((state) => state.cutOut !== null);
  if (!document?.background || isCuttingOut) return null;
  return (
    <div>
      <ControlHead name={t('frame.title')} />
      <FrameControl document={document} />
    </div>
  );
}
