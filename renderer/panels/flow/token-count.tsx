/** The length of a prompt in the model's tokens, and the part of it that has no effect. */
import { Text } from '@mantine/core';
import { memo, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { StudioError } from '../../../electron/contract/errors.ts';
import type { PromptTokens } from '../../../electron/contract/prompt-tokens.ts';
import { reportError } from '../../session/notices.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';

/** Characters shown before the part without effect, so that its place is clear. */
const CONTEXT = 24;

export const TokenCount = memo(function TokenCount({ prompt }: { prompt: string }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const pack = useStudio((state) => state.engine?.pack?.identity.weights);
  const [counted, setCounted] = useState<{ of: string; tokens: PromptTokens } | null>(null);
  useEffect(() => {
    if (pack === undefined) return;
    let isCurrent = true;
    studio.client
      .call('prompt.tokens', { text: prompt, projectId: studio.projectId })
      .then((tokens) => {
        if (isCurrent) setCounted({ of: prompt, tokens });
      })
      .catch((error: unknown) => {
        // The window already says that the host is gone.
        if (!(error instanceof StudioError && error.code === 'HOST_UNREACHABLE')) reportError(error);
      });
    return () => {
      isCurrent = false;
    };
  }, [studio, prompt, pack]);
  // Its line is there before the number is, so that nothing below it moves: not even under a pointer that is pressed on
  // a button there, which commits the prompt.
  if (prompt.trim() === '' || counted?.of !== prompt) return <Text size="xs">{'\u00a0'}</Text>;
  const { count, limit, chunks, ignoredFrom } = counted.tokens;
  return (
    <>
      <Text size="xs" c="dimmed" className="numbers">
        {t('words.tokens', { count })}
        {chunks.length > 1 && ` ${t('words.passes', { passes: chunks.length, limit })}`}
      </Text>
      {ignoredFrom !== null && (
        <Text size="xs" role="status" className="unknown-words">
          {t('words.ignored')}
          <br />
          {ignoredFrom > CONTEXT && '… '}
          {prompt.slice(Math.max(ignoredFrom - CONTEXT, 0), ignoredFrom)}
          <span className="ignored-text">{prompt.slice(ignoredFrom)}</span>
        </Text>
      )}
    </>
  );
});
