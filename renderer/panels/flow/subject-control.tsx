/** Shows which part of a concept's picture is the subject; offers to cut it out, detect it, load a mask or clear it. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { IconFocusCentered, IconScissors, IconUpload, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DocumentConcept } from '../../../electron/contract/scene-document.ts';
import { changeConcept } from '../../editor/document-commands.ts';
import { reportFind, reportNotice } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { ControlHead } from '../widgets/control-head.tsx';
import { FileButton } from '../widgets/file-button.tsx';
import { IconButton } from '../widgets/icon-button.tsx';
import { chooseSubject } from './add-pictures.ts';
import { findSubject, subjectFinder, subjectPhrase } from './subject.ts';

export function SubjectControl({ concept }: { concept: DocumentConcept }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const { id, image, subject, locked } = concept;
  if (image === null) return null;
  return (
    <Stack gap="2xs" role="group" aria-label={t('subject.title')}>
      <ControlHead name={t('subject.title')} />
      <Group gap="xs" wrap="nowrap" align="center">
        <span
          className="subject-preview"
          role="img"
          aria-label={t(subject === null ? 'subject.wholeAlt' : 'subject.cutOutAlt')}
        >
          <img
            src={studio.assetUrl(image)}
            alt=""
            style={subject === null ? undefined : { maskImage: `url("${studio.assetUrl(subject)}")` }}
          />
        </span>
        <Text size="xs" c="dimmed" flex={1}>
          {t(subject === null ? 'subject.whole' : 'subject.cutOut')}
        </Text>
        <ClearSubject concept={concept} />
      </Group>
      <Group gap="2xs">
        <Button
          variant="default"
          leftSection={<IconScissors size={14} aria-hidden />}
          disabled={locked}
          onClick={() => start(() => studio.cutOuts.begin(studio.session, id))}
        >
          {t('subject.edit')}
        </Button>
        <SubjectActions concept={concept} />
      </Group>
    </Stack>
  );
}

/** The ways to a subject mask without painting: buttons of one row. */
export function SubjectActions({ concept }: { concept: DocumentConcept }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const capabilities = useStudio((state) => state.engine?.pack?.capabilities);
  const finder = subjectFinder(capabilities);
  const [isFinding, setFinding] = useState(false);
  const { id, image, locked } = concept;
  if (image === null) return null;
  const phrase = subjectPhrase(concept);
  const needsName = finder === 'name' && phrase === '';
  const find = async () => {
    setFinding(true);
    try {
      const notFound = finder === 'model' ? t('subject.nothingFound') : t('subject.notFound', { phrase });
      reportFind(await findSubject(studio, id), notFound);
    } finally {
      setFinding(false);
    }
  };
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconFocusCentered size={14} aria-hidden />}
        loading={isFinding}
        disabled={!capabilities || needsName || locked}
        title={!capabilities ? t('device.starting') : needsName ? t('subject.needsName') : undefined}
        onClick={() =>
          finder === 'none' ? reportNotice(t('subject.getModel'), { kind: 'warning' }) : start(find)
        }
      >
        {t('subject.find')}
      </Button>
      <FileButton
        leftSection={<IconUpload size={14} aria-hidden />}
        disabled={locked}
        onFile={(file) => start(() => chooseSubject(studio, id, image, file))}
      >
        {t('subject.load')}
      </FileButton>
    </>
  );
}

/** Removes the subject's mask, if there is one: the whole picture is used again. */
export function ClearSubject({ concept: { id, subject, locked } }: { concept: DocumentConcept }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  if (subject === null) return null;
  return (
    <IconButton
      label={t('subject.clear')}
      disabled={locked}
      onClick={() =>
        studio.edit(t('changes.subject'), (document) => changeConcept(document, id, { subject: null }))
      }
    >
      <IconX size={16} aria-hidden />
    </IconButton>
  );
}
