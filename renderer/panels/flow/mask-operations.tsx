/** Operations on a whole mask, of the scene or of the picture being cut out. */
import { Button, Menu } from '@mantine/core';
import {
  IconAdjustments,
  IconFlipHorizontal,
  IconFlipVertical,
  IconRotate,
  IconRotateClockwise,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type MaskOperation, TURNS } from '../../editor/mask-operations.ts';
import { showScene } from '../../session/editor-store.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { BarButton } from '../widgets/bar-button.tsx';
import { DropdownMenu, DropdownPanel } from '../widgets/dropdown.tsx';
import { NumberField } from '../widgets/number-field.tsx';

const TURN_ICONS = {
  rotateLeft: IconRotate,
  rotateRight: IconRotateClockwise,
  flipX: IconFlipVertical,
  flipY: IconFlipHorizontal,
};

interface Props {
  /** The mask to change (editor/mask-target.ts). */
  readonly targetId: string;
  readonly isLocked: boolean;
}

/** @param props.isInBar a button that opens them above the canvas */
export function MaskOperations({ isInBar = false, ...props }: Props & { readonly isInBar?: boolean }) {
  const { t } = useTranslation();
  if (!isInBar) return <Operations {...props} />;
  return (
    <DropdownPanel
      position="bottom-end"
      width={300}
      target={(toggle) => (
        <BarButton
          icon={<IconAdjustments size={16} aria-hidden />}
          label={t('mask.refine')}
          disabled={props.isLocked}
          onClick={toggle}
        />
      )}
    >
      <Operations {...props} />
    </DropdownPanel>
  );
}

function Operations({ targetId, isLocked }: Props) {
  const { t } = useTranslation();
  const { workbench } = useStudioActions();
  const [amount, setAmount] = useState(4);
  const [degrees, setDegrees] = useState(15);
  const operate = (made: MaskOperation) => {
    // A render that is shown would hide the change.
    showScene();
    start(() => workbench.operate(targetId, made));
  };
  const operation = (label: string, made: MaskOperation) => (
    <Button variant="default" px="2xs" disabled={isLocked} onClick={() => operate(made)}>
      {label}
    </Button>
  );
  return (
    <div className="mask-operations">
      <NumberField
        label={t('mask.amount')}
        value={amount}
        min={1}
        max={128}
        clampBehavior="strict"
        allowDecimal={false}
        onCommit={setAmount}
      />
      {operation(t('mask.grow'), { kind: 'grow', radiusPx: amount })}
      {operation(t('mask.shrink'), { kind: 'shrink', radiusPx: amount })}
      {operation(t('mask.feather'), { kind: 'feather', widthPx: amount })}
      {operation(t('mask.fillHoles'), { kind: 'fillHoles' })}
      {operation(t('mask.removeSpecks'), { kind: 'removeSpecks', minAreaPx: amount * amount })}
      {operation(t('mask.invert'), { kind: 'invert' })}
      {operation(t('mask.clear'), { kind: 'clear' })}
      <NumberField
        label={t('mask.angle')}
        value={degrees}
        min={-180}
        max={180}
        clampBehavior="strict"
        onCommit={setDegrees}
      />
      {operation(t('mask.rotate'), { kind: 'rotate', degrees })}
      {/* Within the panel: outside of it, a click would close the panel. */}
      <DropdownMenu withinPortal={false}>
        <Menu.Target>
          <Button variant="default" px="2xs" className="mask-turns" disabled={isLocked}>
            {t('mask.transform')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {TURNS.map((kind) => {
            const Icon = TURN_ICONS[kind];
            return (
              <Menu.Item
                key={kind}
                leftSection={<Icon size={14} aria-hidden />}
                onClick={() => operate({ kind })}
              >
                {t(`mask.${kind}`)}
              </Menu.Item>
            );
          })}
        </Menu.Dropdown>
      </DropdownMenu>
    </div>
  );
}
