/** The cells of a sweep, filled in as they are rendered. A click applies a cell's values. */
import { Loader, Text, UnstyledButton } from '@mantine/core';
import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import type { SweepGrid } from '../../editor/sweep-grid.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { useSweepNames } from '../widgets/sweep-names.ts';

export function SweepTable({
  grid: { x, y, cellAt },
  onApply,
}: {
  grid: SweepGrid;
  onApply: (render: RenderSummary) => void;
}) {
  const { t } = useTranslation();
  const { ofPlace } = useSweepNames();
  const aspect = useStudio(({ backgroundSize: size }) => (size === null ? 1 : size.width / size.height));
  const columns = x.values.map((value) => ({ value, name: ofPlace({ parameter: x.parameter, value }) }));
  return (
    <div className="sweep-place">
      <table
        className="sweep-grid"
        style={
          { '--columns': columns.length, '--rows': y.values.length, '--aspect': aspect } as CSSProperties
        }
      >
        <thead>
          <tr>
            <td />
            {columns.map(({ value, name }) => (
              <th key={value} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {y.values.map((row) => {
            const rowName = ofPlace({ parameter: y.parameter, value: row });
            return (
              <tr key={row}>
                <th scope="row">{rowName}</th>
                {columns.map(({ value, name }) => (
                  <td key={value}>
                    <SweepCellButton
                      label={t('sweep.adopt', { x: name, y: rowName })}
                      render={cellAt(value, row)}
                      onApply={onApply}
                    />
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function SweepCellButton({
  label,
  render,
  onApply,
}: {
  label: string;
  render: RenderSummary | undefined;
  onApply: (render: RenderSummary) => void;
}) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const preview = useStudio(({ preview: newest }) =>
    newest !== null && newest.renderId === render?.renderId ? newest.image : null,
  );
  if (!render?.result) {
    const isUnderWay = render?.state === 'queued' || render?.state === 'running';
    return (
      <span className="sweep-cell">
        {isUnderWay && (preview ? <img src={studio.assetUrl(preview)} alt="" /> : <Loader size="sm" />)}
        {render && !isUnderWay && <Text size="xs">{t(`history.state.${render.state}`)}</Text>}
      </span>
    );
  }
  return (
    <UnstyledButton className="sweep-cell" aria-label={label} title={label} onClick={() => onApply(render)}>
      <img src={studio.assetUrl(render.result)} alt="" />
    </UnstyledButton>
  );
}
