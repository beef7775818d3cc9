/** Operations on a whole mask, of the scene or of the picture being cut out. */
import { Button, Group, Menu, NumberInput } from '@mantine/core';
import { IconFlipHorizontal, IconFlipVertical, IconRotate, IconRotateClockwise } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type MaskOperation, TURNS } from '../../editor/mask-operations.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { DropdownMenu } from '../widgets/dropdown.tsx';

const TURN_ICONS = {
  rotateLeft: IconRotate,
  rotateRight: IconRotateClockwise,
  flipX: IconFlipVertical,
  flipY: IconFlipHorizontal,
};

/** @param props.targetId of the mask to change (editor/mask-target.ts) */
export function MaskOperations({ targetId, isLocked }: { targetId: string; isLocked: boolean }) {
  const { t } = useTranslation();
  const { workbench } = useStudioActions();
  const [amount, setAmount] = useState(4);
  const operation = (label: string, made: MaskOperation) => (
    <Button
      variant="default"
      disabled={isLocked}
      onClick={() => start(() => workbench.operate(targetId, made))}
    >
      {label}
    </Button>
  );
  return (
    <>
      <Group gap={4} align="flex-end">
        <NumberInput
          size="xs"
          w={70}
          label={t('mask.amount')}
          value={amount}
          min={1}
          max={128}
          clampBehavior="strict"
          allowDecimal={false}
          onChange={(value) => typeof value === 'number' && setAmount(value)}
        />
        {operation(t('mask.grow'), { kind: 'grow', radiusPx: amount })}
        {operation(t('mask.shrink'), { kind: 'shrink', radiusPx: amount })}
        {operation(t('mask.feather'), { kind: 'feather', widthPx: amount })}
      </Group>
      <Group gap={4}>
        {operation(t('mask.fillHoles'), { kind: 'fillHoles' })}
        {operation(t('mask.removeSpecks'), { kind: 'removeSpecks', minAreaPx: amount * amount })}
        {operation(t('mask.invert'), { kind: 'invert' })}
        {operation(t('mask.clear'), { kind: 'clear' })}
        <DropdownMenu>
          <Menu.Target>
            <Button variant="default" disabled={isLocked}>
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
                  onClick={() => start(() => workbench.operate(targetId, { kind }))}
                >
                  {t(`mask.${kind}`)}
                </Menu.Item>
              );
            })}
          </Menu.Dropdown>
        </DropdownMenu>
      </Group>
    </>
  );
}
