/** The bar below the canvas: zoom on the left, display options on the right. */
import { Button, Group, Menu, Slider, Text } from '@mantine/core';
import {
  IconEraser,
  IconEye,
  IconMask,
  IconMinus,
  IconPhoto,
  IconPhotoCheck,
  IconPlus,
  IconSquareDashed,
} from '@tabler/icons-react';
import { memo, type ReactNode, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { MASK_VIEWS, type MaskView } from '../../editor/mask-view.ts';
import { useEditor } from '../../session/editor-store.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { runAction } from '../actions/actions.ts';
import { DropdownMenu } from '../widgets/dropdown.tsx';
import { IconButton } from '../widgets/icon-button.tsx';

export const ViewBar = memo(function ViewBar() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const percent = useSyncExternalStore(studio.view.subscribe, studio.view.getPercent);
  const {
    masksShown,
    maskView,
    inpaintedShown,
    expandedShown,
    backgroundShown,
    resultShown,
    maskOpacity,
    isCuttingOut,
  } = useEditor(
    useShallow((state) => ({
      masksShown: state.masksShown,
      maskView: state.maskView,
      inpaintedShown: state.inpaintedShown,
      expandedShown: state.expandedShown,
      backgroundShown: state.backgroundShown,
      resultShown: state.resultShown,
      maskOpacity: state.maskOpacity,
      isCuttingOut: state.cutOut !== null,
    })),
  );
  const hasResult = useStudio((state) => state.renders.some(({ result }) => result !== null));
  const hasInpainted = useStudio((state) => state.project?.document.inpainted !== null);
  const run = (action: 'view.zoomIn' | 'view.zoomOut' | 'view.fit' | 'view.actualSize') => () =>
    runAction(studio, action);
  return (
    <div className="view-bar">
      <Group gap="2xs" wrap="nowrap">
        <IconButton label={t('view.zoomOut')} action="view.zoomOut" onClick={run('view.zoomOut')}>
          <IconMinus size={16} aria-hidden />
        </IconButton>
        <Text size="xs" w={48} ta="center" className="numbers" aria-label={t('view.zoom', { percent })}>
          {percent} %
        </Text>
        <IconButton label={t('view.zoomIn')} action="view.zoomIn" onClick={run('view.zoomIn')}>
          <IconPlus size={16} aria-hidden />
        </IconButton>
        <Button variant="subtle" color="gray" onClick={run('view.fit')}>
          {t('view.fit')}
        </Button>
        <Button variant="subtle" color="gray" onClick={run('view.actualSize')}>
          {t('view.actualSize')}
        </Button>
      </Group>
      <Group gap="2xs" wrap="nowrap" ml="auto">
        <Slider
          className="all-masks"
          w={80}
          min={10}
          max={100}
          value={Math.round(maskOpacity * 100)}
          // One slider for all masks: it also resets individually set ones.
          onChange={(value) => useEditor.setState({ maskOpacity: value / 100, maskOpacities: {} })}
          label={null}
          thumbLabel={t('view.maskOpacity')}
        />
        <Toggle
          label={t('view.masks')}
          isOn={masksShown}
          onToggle={() => useEditor.setState({ masksShown: !masksShown })}
        >
          <IconEye size={16} aria-hidden />
        </Toggle>
        <DropdownMenu position="top">
          <Menu.Target>
            <IconButton
              label={`${t('view.maskView')}: ${t(`view.maskViews.${maskView}`)}`}
              action="view.maskView"
              disabled={!masksShown}
            >
              <IconMask size={16} aria-hidden />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.RadioGroup
              value={maskView}
              onChange={(view) => useEditor.setState({ maskView: view as MaskView })}
            >
              {MASK_VIEWS.map((view) => (
                <Menu.RadioItem key={view} value={view} closeMenuOnClick>
                  {t(`view.maskViews.${view}`)}
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Dropdown>
        </DropdownMenu>
        {!isCuttingOut && (
          <>
            <Toggle
              label={t('view.backgroundLayer')}
              isOn={backgroundShown}
              onToggle={() => useEditor.setState({ backgroundShown: !backgroundShown })}
            >
              <IconPhoto size={16} aria-hidden />
            </Toggle>
            <Toggle
              label={t('view.inpainted')}
              isOn={inpaintedShown}
              isDisabled={!hasInpainted}
              onToggle={() => useEditor.setState({ inpaintedShown: !inpaintedShown })}
            >
              <IconEraser size={16} aria-hidden />
            </Toggle>
            <Toggle
              label={t('view.expanded')}
              isOn={expandedShown}
              onToggle={() => useEditor.setState({ expandedShown: !expandedShown })}
            >
              <IconSquareDashed size={16} aria-hidden />
            </Toggle>
            <Toggle
              label={t('view.resultLayer')}
              isOn={resultShown}
              isDisabled={!hasResult}
              onToggle={() => useEditor.setState({ resultShown: !resultShown })}
            >
              <IconPhotoCheck size={16} aria-hidden />
            </Toggle>
          </>
        )}
      </Group>
    </div>
  );
});

function Toggle({
  label,
  isOn,
  isDisabled = false,
  onToggle,
  children,
}: {
  label: string;
  isOn: boolean;
  isDisabled?: boolean;
  onToggle: () => void;
  children: ReactNode;
}) {
  return (
    <IconButton
      label={label}
      aria-pressed={isOn}
      variant={isOn ? 'light' : 'subtle'}
      color={isOn ? 'brand' : 'gray'}
      disabled={isDisabled}
      onClick={onToggle}
    >
      {children}
    </IconButton>
  );
}
