/** A sample on the start screen: what it starts from beside what the program makes of it. A click opens it. */
import { Text, UnstyledButton } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { CommandOutput } from '../../../electron/contract/commands.ts';
import { sampleNames } from '../../session/sample-names.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';

type Sample = CommandOutput<'project.samples'>[number];

export function SampleCard({ sample: { sample, before, after } }: { sample: Sample }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  return (
    <UnstyledButton
      className="project-card"
      onClick={() => {
        // Each call makes a project; a double click must make only one.
        if (useStudio.getState().isOpening) return;
        start(() =>
          studio.projects.open(() =>
            studio.client.call('project.openSample', { sample, names: sampleNames() }),
          ),
        );
      }}
    >
      <span className="sample-pictures">
        <span>
          <img src={studio.assetUrl(before)} alt={t(`start.sample.${sample}.before`)} />
          {after && <Text size="xs">{t('start.sample.before')}</Text>}
        </span>
        {after && (
          <>
            <IconArrowRight size={20} aria-hidden />
            <span>
              <img src={studio.assetUrl(after)} alt={t(`start.sample.${sample}.after`)} />
              <Text size="xs">{t('start.sample.after')}</Text>
            </span>
          </>
        )}
      </span>
      <span className="project-foot">
        <span className="project-text">
          <Text size="sm" fw={600}>
            {t(`start.sample.${sample}.title`)}
          </Text>
          <Text size="xs" c="dimmed">
            {t(`start.sample.${sample}.text`)}
          </Text>
        </span>
      </span>
    </UnstyledButton>
  );
}
