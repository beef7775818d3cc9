/** A sweep in the filmstrip: one stack of its pictures, which opens its sheet, or is spread out. */
import { Text, UnstyledButton } from '@mantine/core';
import { IconLayersSubtract, IconStack2 } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type RenderSummary, sweepCellOf } from '../../../electron/contract/render-record.ts';
import { useEditor } from '../../session/editor-store.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { IconButton } from '../widgets/icon-button.tsx';
import { useSweepNames } from '../widgets/sweep-names.ts';
import { FrameState } from './frame-state.tsx';

/** Of a sweep without a picture, the first of these that a render of it is in is shown. */
const STATES = ['running', 'queued', 'failed', 'cancelled'] as const;

export function SweepStack({
  renders,
  shownId,
  frameOf,
}: {
  renders: readonly RenderSummary[];
  shownId: string | null;
  frameOf: (render: RenderSummary) => ReactNode;
}) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const { ofParameter } = useSweepNames();
  const [isSpread, setSpread] = useState(false);
  const { sweepId, x, y } = sweepCellOf(renders[0]!)!;
  const name = t('history.sweepOf', {
    x: ofParameter(x.parameter),
    y: ofParameter(y.parameter),
    count: renders.length,
  });
  const top = renders.findLast(({ result }) => result !== null);
  const picture = top?.thumbnail ?? top?.result;
  const done = renders.filter(({ result }) => result !== null).length;
  const state = STATES.find((one) => renders.some((render) => render.state === one));
  const isUnderWay = state === 'running' || state === 'queued';
  return (
    <li className="frame-group">
      {isSpread ? (
        <ul className="frames" aria-label={name}>
          {renders.map(frameOf)}
        </ul>
      ) : (
        <div className="frame" data-shown={renders.some(({ renderId }) => renderId === shownId)}>
          <UnstyledButton
            className="frame-picture sweep-stack"
            aria-label={name}
            onClick={() => useEditor.setState({ sheet: 'sweep', sweepId })}
          >
            {picture ? <img src={studio.assetUrl(picture)} alt="" /> : state && <FrameState state={state} />}
            <span className="sweep-count numbers">
              {isUnderWay ? `${done}/${renders.length}` : renders.length}
            </span>
          </UnstyledButton>
          <Text size="xs" truncate className="frame-name" title={name}>
            {ofParameter(x.parameter)} × {ofParameter(y.parameter)}
          </Text>
        </div>
      )}
      <IconButton
        size="sm"
        label={t(isSpread ? 'history.hideCells' : 'history.showCells')}
        aria-expanded={isSpread}
        onClick={() => setSpread(!isSpread)}
      >
        {isSpread ? <IconStack2 size={14} aria-hidden /> : <IconLayersSubtract size={14} aria-hidden />}
      </IconButton>
    </li>
  );
}
