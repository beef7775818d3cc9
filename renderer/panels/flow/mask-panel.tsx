/** What can be done to the whole mask of the concept in hand. */
import { Button, Group, Menu, NumberInput, Stack, Text } from '@mantine/core';
import { IconCopy, IconSearch, IconUpload } from '@tabler/icons-react';
import { useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import { changeConcept } from '../../editor/document-commands.ts';
import type { MaskOperation } from '../../editor/mask-operations.ts';
import { coverageOf } from '../../editor/mask-plane.ts';
import { useEditor } from '../../session/editor-store.ts';
import { reportFind } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { conceptName } from '../widgets/concept-name.ts';
import { FileButton } from '../widgets/file-button.tsx';
import { FindOptions } from './find-options.tsx';

export function MaskPanel({ document }: { document: SceneDocument }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const { workbench } = studio;
  useSyncExternalStore(workbench.subscribe, workbench.getVersion);
  const activeId = useEditor((state) => state.activeConceptId);
  const capabilities = useStudio((state) => state.engine?.pack?.capabilities);
  const canFind = capabilities?.findMask ?? false;
  const size = useStudio((state) => state.backgroundSize);
  const [amount, setAmount] = useState(4);
  const [isFinding, setFinding] = useState(false);
  const concept = document.concepts.find(({ id }) => id === activeId);
  if (!concept || !size || document.background === null) {
    return (
      <Text size="xs" c="dimmed">
        {t('mask.none')}
      </Text>
    );
  }
  const { id, phrase, locked } = concept;
  const name = conceptName(document, id);
  const plane = workbench.planeOf(id);
  const percent = plane ? Math.round(coverageOf(plane) * 1000) / 10 : 0;
  const operate = (operation: MaskOperation) => () => start(() => workbench.operate(id, operation));
  if (concept.mode === 'place') {
    return (
      <Stack role="group" aria-label={t('mask.title', { name })}>
        <Text size="xs" c="dimmed">
          {t('mask.placed', { name })}
        </Text>
      </Stack>
    );
  }
  const others = document.concepts.filter((other) => other.id !== id && other.mask !== null);
  const find = async () => {
    setFinding(true);
    try {
      const { mask, notices } = await studio.masks.findConcept(studio.session, id, phrase.trim());
      reportFind({ isFound: mask !== undefined, notices }, t('mask.notFound', { phrase }));
    } finally {
      setFinding(false);
    }
  };
  const load = async (file: File) => {
    const { session } = studio;
    const mask = await studio.pictures.importMask(file, file.name, size, session);
    session.edit(t('changes.loadMask'), (before) => changeConcept(before, id, { mask }));
  };
  return (
    <Stack gap={6} role="group" aria-label={t('mask.title', { name })}>
      <Text size="xs">
        <b>{name}</b>:{' '}
        {workbench.proposal !== 'none'
          ? t(`mask.proposal.${workbench.proposal}`, { percent })
          : percent === 0
            ? t('concept.noMask')
            : t('concept.share', { percent })}
        {locked && ` (${t('mask.locked')})`}
      </Text>
      <Group gap={4}>
        {canFind && (
          <Button
            variant="default"
            leftSection={<IconSearch size={14} aria-hidden />}
            loading={isFinding}
            disabled={locked || phrase.trim() === ''}
            title={phrase.trim() === '' ? t('mask.needsPhrase') : undefined}
            onClick={() => start(find)}
          >
            {t('mask.find')}
          </Button>
        )}
        <FileButton
          leftSection={<IconUpload size={14} aria-hidden />}
          disabled={locked}
          onFile={(file) => start(() => load(file))}
        >
          {t('mask.import')}
        </FileButton>
        <Menu withInitialFocusPlaceholder={false}>
          <Menu.Target>
            <Button
              variant="default"
              leftSection={<IconCopy size={14} aria-hidden />}
              disabled={locked || others.length === 0}
            >
              {t('mask.copyFrom')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {others.map((other) => (
              <Menu.Item key={other.id} onClick={() => workbench.copyFrom(id, other.id)}>
                {conceptName(document, other.id)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </Group>
      {capabilities && <FindOptions capabilities={capabilities} />}
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
        <Button variant="default" disabled={locked} onClick={operate({ kind: 'grow', radiusPx: amount })}>
          {t('mask.grow')}
        </Button>
        <Button variant="default" disabled={locked} onClick={operate({ kind: 'shrink', radiusPx: amount })}>
          {t('mask.shrink')}
        </Button>
        <Button variant="default" disabled={locked} onClick={operate({ kind: 'feather', widthPx: amount })}>
          {t('mask.feather')}
        </Button>
      </Group>
      <Group gap={4}>
        <Button variant="default" disabled={locked} onClick={operate({ kind: 'fillHoles' })}>
          {t('mask.fillHoles')}
        </Button>
        <Button
          variant="default"
          disabled={locked}
          onClick={operate({ kind: 'removeSpecks', minAreaPx: amount * amount })}
        >
          {t('mask.removeSpecks')}
        </Button>
        <Button variant="default" disabled={locked} onClick={operate({ kind: 'invert' })}>
          {t('mask.invert')}
        </Button>
        <Button variant="default" disabled={locked} onClick={operate({ kind: 'clear' })}>
          {t('mask.clear')}
        </Button>
      </Group>
    </Stack>
  );
}
