/** Explains a failed render and offers actions that may help. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeParameters } from '../../editor/document-commands.ts';
import { copyDiagnostics } from '../../session/diagnostics.ts';
import { useEditor } from '../../session/editor-store.ts';
import { failureSentence } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { newestRender, useStudio } from '../../session/studio-store.ts';
import { ProblemAlert } from '../widgets/problem-alert.tsx';

/** The engine's default batch size on a CPU; on a GPU it may be larger. */
const USUAL_ROWS = 8;

export function FailedRender() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const newest = useStudio(newestRender);
  const steps = useStudio((state) => state.project?.document.parameters.steps ?? 1);
  const device = useStudio((state) => state.settings.device);
  const rowsAtOnce = useStudio((state) => state.settings.rowsAtOnce);
  const [dismissed, setDismissed] = useState<string | null>(null);
  if (newest?.state !== 'failed' || !newest.error || dismissed === newest.renderId) return null;
  const { code } = newest.error;
  const isDevices = [
    'OUT_OF_MEMORY',
    'ENGINE_CRASHED',
    'ENGINE_HUNG',
    'NON_FINITE',
    'DEVICE_UNAVAILABLE',
  ].includes(code);
  // The system often kills a process that runs out of memory without an error.
  const isMemorys = ['OUT_OF_MEMORY', 'ENGINE_CRASHED'].includes(code);
  const smaller = Math.floor((rowsAtOnce ?? USUAL_ROWS) / 2);
  const fewer = Math.max(Math.round(steps / 2), 1);
  return (
    <ProblemAlert
      className="failed-render"
      title={t('render.failed')}
      message={failureSentence(newest.error)}
      onClose={() => setDismissed(newest.renderId)}
    >
      <Button
        variant="default"
        onClick={() => start(() => studio.renders.again(studio.session, newest.renderId))}
      >
        {t('render.fix.again')}
      </Button>
      {code === 'MODEL_MISSING' && (
        <Button variant="default" onClick={() => useEditor.setState({ sheet: 'models' })}>
          {t('render.fix.models')}
        </Button>
      )}
      {code.startsWith('FARM_') && (
        <Button
          variant="default"
          onClick={() => start(() => studio.renders.enqueue(studio.session, { renderOn: null }))}
        >
          {t('farm.renderHere')}
        </Button>
      )}
      {isMemorys && smaller >= 1 && (
        <Button
          variant="default"
          onClick={() =>
            start(async () => {
              const { session } = studio;
              await studio.client.call('settings.set', { rowsAtOnce: smaller });
              await studio.renders.enqueue(session);
            })
          }
        >
          {t('render.fix.smallerBatch', { count: smaller })}
        </Button>
      )}
      {isDevices && steps > 1 && (
        <Button
          variant="default"
          onClick={() => {
            studio.edit(
              t('changes.parameter', { name: t('parameters.steps.name'), value: fewer }),
              (before) => changeParameters(before, { steps: fewer }),
            );
            start(() => studio.renders.enqueue(studio.session));
          }}
        >
          {t('render.fix.lessSteps')}
        </Button>
      )}
      {isDevices && device !== 'cpu' && (
        <Button
          variant="default"
          onClick={() =>
            start(async () => {
              const { session } = studio;
              await studio.client.call('settings.set', { device: 'cpu' });
              await studio.renders.enqueue(session);
            })
          }
        >
          {t('render.fix.cpu')}
        </Button>
      )}
      <Button
        variant="subtle"
        color="gray"
        onClick={() => start(() => copyDiagnostics(studio, newest.renderId))}
      >
        {t('app.copyDiagnostics')}
      </Button>
    </ProblemAlert>
  );
}
