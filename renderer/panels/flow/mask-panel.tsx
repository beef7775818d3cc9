/** The bar above the canvas for the selected concept's mask: what the tools paint, its share, and operations on all of it. */
import { Group, Menu, SegmentedControl, Text } from '@mantine/core';
import { IconCopy, IconDownload, IconSearch, IconUpload } from '@tabler/icons-react';
import { memo, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { isBlank } from '../../editor/mask-plane.ts';
import { targetId, targetOf } from '../../editor/mask-target.ts';
import { showScene, useEditor } from '../../session/editor-store.ts';
import { reportFind } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { takeTool } from '../actions/actions.ts';
import { saveMask } from '../actions/save-mask.ts';
import { BarButton } from '../widgets/bar-button.tsx';
import { conceptName } from '../widgets/concept-name.ts';
import { DropdownMenu } from '../widgets/dropdown.tsx';
import { HelpTip } from '../widgets/help-tip.tsx';
import { IconButton } from '../widgets/icon-button.tsx';
import { PicturePicker } from '../widgets/picture-picker.tsx';
import { chooseMask } from './add-pictures.ts';
import { FindOptions } from './find-options.tsx';
import { MaskOperations } from './mask-operations.tsx';
import { writtenShare } from './written-share.ts';

export const MaskPanel = memo(function MaskPanel() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const { workbench } = studio;
  const activeId = useEditor((state) => state.activeConceptId);
  const paintsFront = useEditor(
    ({ frontOf, activeConceptId }) => frontOf !== null && frontOf === activeConceptId,
  );
  const capabilities = useStudio((state) => state.engine?.pack?.capabilities);
  // Until the engine has opened the pack, what most packs can do is shown, so that nothing moves when it has.
  const canFind = capabilities?.findMask ?? true;
  const size = useStudio((state) => state.backgroundSize);
  const [isFinding, setFinding] = useState(false);
  const concept = useStudio(
    useShallow(({ project }) => {
      const active = project?.document.concepts.find(({ id }) => id === activeId);
      if (!project || !active || project.document.background === null) return null;
      const { id, phrase, locked, mode } = active;
      return { id, phrase, locked, mode, name: conceptName(project.document, id) };
    }),
  );
  // Concept names by id.
  const others = useStudio(
    useShallow(({ project }) =>
      Object.fromEntries(
        (project?.document.concepts ?? [])
          .filter(({ id, mask }) => id !== activeId && mask !== null)
          .map(({ id }) => [id, conceptName(project!.document, id)]),
      ),
    ),
  );
  if (!concept || !size) {
    return (
      <div className="mask-panel">
        <Text size="xs" c="dimmed">
          {t('mask.none')}
        </Text>
      </div>
    );
  }
  const { id, phrase, locked, name } = concept;
  const roles = <RoleControl id={id} mode={concept.mode} paintsFront={paintsFront} />;
  if (concept.mode === 'place' && !paintsFront) {
    return (
      // biome-ignore lint/a11y/useSemanticElements: a bar of controls is not a form's fieldset.
      <div className="mask-panel" role="group" aria-label={t('mask.title', { name })}>
        {roles}
        <Text size="xs" c="dimmed" className="mask-note" lineClamp={1} title={t('mask.placed', { name })}>
          {t('mask.placed', { name })}
        </Text>
      </div>
    );
  }
  const target = targetId({ conceptId: id, role: paintsFront ? 'front' : 'mask' });
  const find = async () => {
    showScene();
    setFinding(true);
    try {
      const { mask, notices } = await studio.masks.findConcept(studio.session, id, phrase.trim());
      reportFind({ isFound: mask !== undefined, notices }, t('mask.notFound', { phrase }));
    } finally {
      setFinding(false);
    }
  };
  const load = async (file: File) => {
    showScene();
    await chooseMask(studio, target, size, file);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a bar of controls is not a form's fieldset.
    <div className="mask-panel" role="group" aria-label={t('mask.title', { name })}>
      {roles}
      {paintsFront && <HelpTip text={t('mask.frontHint', { name })} />}
      <MaskShare id={target} name={name} isLocked={locked} />
      <Group gap="2xs" wrap="nowrap">
        {canFind && !paintsFront && (
          <BarButton
            icon={<IconSearch size={16} aria-hidden />}
            label={t('mask.find')}
            loading={isFinding}
            disabled={!capabilities || locked || phrase.trim() === ''}
            title={t(
              !capabilities ? 'device.starting' : phrase.trim() === '' ? 'mask.needsPhrase' : 'mask.find',
            )}
            onClick={() => start(find)}
          />
        )}
        {!paintsFront && <FindOptions capabilities={capabilities} />}
        <MaskOperations targetId={target} isLocked={locked} isInBar />
        <PicturePicker onFiles={([file]) => start(() => load(file))}>
          {(open) => (
            <IconButton label={t('mask.import')} variant="default" size="md" disabled={locked} {...open}>
              <IconUpload size={16} aria-hidden />
            </IconButton>
          )}
        </PicturePicker>
        <SaveMask id={target} name={name} />
        <DropdownMenu>
          <Menu.Target>
            <IconButton
              label={t('mask.copyFrom')}
              variant="default"
              disabled={locked || Object.keys(others).length === 0}
            >
              <IconCopy size={16} aria-hidden />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown>
            {Object.entries(others).map(([otherId, otherName]) => (
              <Menu.Item
                key={otherId}
                onClick={() => {
                  showScene();
                  workbench.copyFrom(target, otherId);
                }}
              >
                {otherName}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </DropdownMenu>
      </Group>
    </div>
  );
});

/** Chooses what the tools edit: the object to replace, or what is in front of the concept. */
function RoleControl({
  id,
  mode,
  paintsFront,
}: {
  id: string;
  mode: 'replace' | 'place';
  paintsFront: boolean;
}) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const choose = (role: string) => {
    studio.tools.conclude();
    useEditor.setState({ frontOf: role === 'front' ? id : null });
    if (mode === 'place') takeTool(studio, role === 'front' ? 'brush' : 'move');
  };
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('mask.roles.title')}
      value={paintsFront ? 'front' : 'own'}
      onChange={choose}
      data={[
        { value: 'own', label: t(mode === 'place' ? 'mask.roles.placed' : 'mask.roles.mask') },
        { value: 'front', label: t('mask.roles.front') },
      ]}
    />
  );
}

/** Saves the mask as a picture, white on black; disabled without one. */
function SaveMask({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const { workbench } = studio;
  const isEmpty = useSyncExternalStore(workbench.subscribe, () => {
    const plane = workbench.planeOf(id);
    return plane === undefined || isBlank(plane);
  });
  return (
    <IconButton
      label={t('mask.save')}
      variant="default"
      disabled={isEmpty}
      onClick={() => start(() => saveMask(studio, id, t('mask.fileName', { name })))}
    >
      <IconDownload size={16} aria-hidden />
    </IconButton>
  );
}

/** Share of the picture covered by the mask: the only part that changes with every stroke. */
function MaskShare({ id, name, isLocked }: { id: string; name: string; isLocked: boolean }) {
  const { t } = useTranslation();
  const { workbench } = useStudioActions();
  useSyncExternalStore(workbench.subscribe, workbench.getVersion);
  const isFront = targetOf(id).role === 'front';
  const percent = writtenShare(workbench.planeOf(id));
  const share =
    workbench.proposal !== 'none'
      ? t(`mask.proposal.${workbench.proposal}`, { percent })
      : percent === '0'
        ? t(isFront ? 'mask.frontNothing' : 'concept.noMask')
        : t(isFront ? 'mask.frontShare' : 'concept.share', { percent });
  const text = isLocked ? `${share} (${t('mask.locked')})` : share;
  return (
    <Text size="xs" className="mask-share" truncate title={`${name}: ${text}`}>
      <span className="mask-name">
        <b>{name}</b>:{' '}
      </span>
      {text}
    </Text>
  );
}
