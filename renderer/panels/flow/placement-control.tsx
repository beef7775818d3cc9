/** The selected concept's placement in numbers: everything that can be done on the canvas, for the keyboard. */
import { Button, Group, Stack, Switch } from '@mantine/core';
import { IconFlipHorizontal, IconFlipVertical } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Placement, Shadow } from '../../../electron/contract/placement.ts';
import type { DocumentConcept } from '../../../electron/contract/scene-document.ts';
import { flip, normaliseDeg } from '../../editor/placement.ts';
import { changePlacementIfThere, firstShadow } from '../../editor/placement-commands.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { ControlHead } from '../widgets/control-head.tsx';
import { IconButton } from '../widgets/icon-button.tsx';
import { NumberField } from '../widgets/number-field.tsx';
import { NumberSlider } from '../widgets/number-slider.tsx';

/** The history label of a change of a placement. */
type Change = 'move' | 'scale' | 'rotate' | 'flip' | 'opacity' | 'softEdge' | 'shadow';

export function PlacementControl({
  concept: { id, locked },
  placement,
}: {
  concept: DocumentConcept;
  placement: Placement;
}) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const { place } = studio.tools;
  const { shadow } = placement;
  const set = (change: Change, values: Partial<Placement>) =>
    studio.edit(t(`changes.placed.${change}`), (document) => changePlacementIfThere(document, id, values));
  const preview = (values: Partial<Placement>) => place.preview(id, values);
  const setShadow = (values: Partial<Shadow>) =>
    shadow && set('shadow', { shadow: { ...shadow, ...values } });
  const numbers = { isDisabled: locked };
  return (
    <Stack gap="xs" role="group" aria-label={t('placement.title')}>
      <ControlHead name={t('placement.title')} />
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <PlacementNumber
          {...numbers}
          label={t('placement.x')}
          value={placement.x}
          onCommit={(x) => set('move', { x })}
        />
        <PlacementNumber
          {...numbers}
          label={t('placement.y')}
          value={placement.y}
          onCommit={(y) => set('move', { y })}
        />
        <PlacementNumber
          {...numbers}
          label={t('placement.scale')}
          value={placement.scale * 100}
          min={0.1}
          max={6400}
          decimals={1}
          onCommit={(percent) => set('scale', { scale: percent / 100 })}
        />
        <PlacementNumber
          {...numbers}
          label={t('placement.rotation')}
          value={placement.rotationDeg}
          min={-360}
          max={360}
          decimals={1}
          onCommit={(degrees) => set('rotate', { rotationDeg: normaliseDeg(degrees) })}
        />
      </Group>
      <Group gap="2xs">
        <IconButton
          label={t('placement.flipX')}
          action="placed.flip"
          disabled={locked}
          aria-pressed={placement.flipX}
          onClick={() => set('flip', flip(placement, 'x'))}
        >
          <IconFlipHorizontal size={16} aria-hidden />
        </IconButton>
        <IconButton
          label={t('placement.flipY')}
          disabled={locked}
          aria-pressed={placement.flipY}
          onClick={() => set('flip', flip(placement, 'y'))}
        >
          <IconFlipVertical size={16} aria-hidden />
        </IconButton>
        <Button
          variant="default"
          disabled={locked || placement.rotationDeg === 0}
          onClick={() => set('rotate', { rotationDeg: 0 })}
        >
          {t('placement.upright')}
        </Button>
      </Group>
      <Labelled label={t('placement.opacity')}>
        <NumberSlider
          {...numbers}
          label={t('placement.opacity')}
          value={Math.round(placement.opacity * 100)}
          min={0}
          max={100}
          step={1}
          onDraft={(percent) => preview({ opacity: percent / 100 })}
          onCommit={(percent) => set('opacity', { opacity: percent / 100 })}
        />
      </Labelled>
      <Labelled label={t('placement.softEdge')}>
        <NumberSlider
          {...numbers}
          label={t('placement.softEdge')}
          value={placement.softEdgePx}
          min={0}
          max={64}
          step={1}
          onCommit={(softEdgePx) => set('softEdge', { softEdgePx })}
        />
      </Labelled>
      <Switch
        size="xs"
        label={t('placement.shadow')}
        checked={shadow !== null}
        disabled={locked}
        onChange={({ currentTarget }) => {
          const image = place.sizeOf(id) ?? { width: 0, height: 0 };
          set('shadow', { shadow: currentTarget.checked ? firstShadow(image, placement.scale) : null });
        }}
      />
      {shadow && (
        <>
          <Group gap="xs" align="flex-end" wrap="nowrap">
            <PlacementNumber
              {...numbers}
              label={t('placement.shadowX')}
              value={shadow.offsetXPx}
              min={-4096}
              max={4096}
              onCommit={(offsetXPx) => setShadow({ offsetXPx })}
            />
            <PlacementNumber
              {...numbers}
              label={t('placement.shadowY')}
              value={shadow.offsetYPx}
              min={-4096}
              max={4096}
              onCommit={(offsetYPx) => setShadow({ offsetYPx })}
            />
            <PlacementNumber
              {...numbers}
              label={t('placement.shadowBlur')}
              value={shadow.blurPx}
              min={0}
              max={512}
              onCommit={(blurPx) => setShadow({ blurPx })}
            />
          </Group>
          <Labelled label={t('placement.shadowOpacity')}>
            <NumberSlider
              {...numbers}
              label={t('placement.shadowOpacity')}
              value={Math.round(shadow.opacity * 100)}
              min={0}
              max={100}
              step={1}
              onDraft={(percent) => preview({ shadow: { ...shadow, opacity: percent / 100 } })}
              onCommit={(percent) => setShadow({ opacity: percent / 100 })}
            />
          </Labelled>
        </>
      )}
    </Stack>
  );
}

function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <ControlHead name={label} />
      {children}
    </div>
  );
}

/** A number of a placement: one step of the history on blur or Enter. */
function PlacementNumber({
  label,
  value,
  min = -65_536,
  max = 65_536,
  decimals = 0,
  isDisabled,
  onCommit,
}: {
  label: string;
  value: number;
  min?: number;
  max?: number;
  decimals?: number;
  isDisabled: boolean;
  onCommit: (value: number) => void;
}) {
  return (
    <NumberField
      flex={1}
      miw={0}
      label={label}
      value={Number(value.toFixed(decimals))}
      min={min}
      max={max}
      decimalScale={decimals}
      hideControls
      withKeyboardEvents
      disabled={isDisabled}
      onCommit={onCommit}
    />
  );
}
