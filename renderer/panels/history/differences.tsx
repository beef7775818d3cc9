/** The differences between two renders, in words. */
import { List, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RenderDifference, RenderSummary } from '../../../electron/contract/render-record.ts';
import { reportError } from '../../session/notices.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { differenceInWords } from './difference-words.ts';

export function Differences({ a, b }: { a: RenderSummary; b: RenderSummary }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const [read, setRead] = useState<{ of: string; found: readonly RenderDifference[] } | undefined>(undefined);
  const pair = `${a.renderId} ${b.renderId}`;
  // Until they are read, nothing: those of the pair before would be wrong.
  const differences = read?.of === pair ? read.found : undefined;
  useEffect(() => {
    let isCurrent = true;
    studio.client
      .call('renders.difference', { projectId: studio.projectId, a: a.renderId, b: b.renderId })
      .then((found) => {
        if (isCurrent) setRead({ of: `${a.renderId} ${b.renderId}`, found });
      })
      .catch(reportError);
    return () => {
      isCurrent = false;
    };
  }, [studio, a.renderId, b.renderId]);
  return (
    <>
      <Text size="sm" fw={600}>
        {t('history.differences')}
      </Text>
      {differences?.length === 0 && <Text size="xs">{t('history.noDifference')}</Text>}
      <List size="xs" className="difference-list">
        {differences?.map((difference) => (
          <List.Item key={`${difference.concept} ${difference.path}`}>
            {differenceInWords(difference, t)}
          </List.Item>
        ))}
      </List>
    </>
  );
}
