/** The left panel while a concept's picture is cut out on the canvas, in place of the scene's steps. */
import { Group, Stack, Text, Title } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import { targetId } from '../../editor/mask-target.ts';
import type { CutOutInHand } from '../../session/editor-store.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { conceptName } from '../widgets/concept-name.ts';
import { FindOptions } from './find-options.tsx';
import { MaskOperations } from './mask-operations.tsx';
import { ClearSubject, SubjectActions } from './subject-control.tsx';
import { writtenShare } from './written-share.ts';

export function CutOutPanel({ cutOut, document }: { cutOut: CutOutInHand; document: SceneDocument }) {
  const { t } = useTranslation();
  const { workbench } = useStudioActions();
  useSyncExternalStore(workbench.subscribe, workbench.getVersion);
  const capabilities = useStudio((state) => state.engine?.pack?.capabilities);
  const concept = document.concepts.find(({ id }) => id === cutOut.conceptId);
  if (!concept) return null;
  const target = targetId({ conceptId: concept.id, role: 'subject' });
  const percent = writtenShare(workbench.planeOf(target));
  return (
    <section className="flow-step" aria-labelledby="cut-out-title">
      <Title order={2} size="h6" id="cut-out-title">
        {t('cutOut.panel', { name: conceptName(document, concept.id) })}
      </Title>
      <Stack gap="xs" role="group" aria-labelledby="cut-out-title">
        <Text size="xs" c="dimmed">
          {t('cutOut.hint')}
        </Text>
        <Group gap="2xs" wrap="nowrap" justify="space-between">
          <Text size="xs" role="status">
            {workbench.proposal !== 'none'
              ? t(`mask.proposal.${workbench.proposal}`, { percent })
              : percent === '0'
                ? t('cutOut.nothing')
                : t('cutOut.share', { percent })}
          </Text>
          <ClearSubject concept={concept} />
        </Group>
        <Group gap="2xs">
          <SubjectActions concept={concept} />
          {capabilities?.findMaskBy !== null && <FindOptions capabilities={capabilities} />}
        </Group>
        <MaskOperations targetId={target} isLocked={concept.locked} />
      </Stack>
    </section>
  );
}
