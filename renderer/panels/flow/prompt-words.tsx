/** What the open pack understands of a prompt, and the words that it can draw, for packs with a vocabulary. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import {
  nameOfWord,
  readPrompt,
  subjectsIn,
  type Vocabulary,
} from '../../../electron/contract/vocabulary.ts';
import { withWord } from '../../editor/prompt-words.ts';
import { useStudio } from '../../session/studio-store.ts';
import { MoreOptions } from './more-options.tsx';

/** The pack's vocabulary; undefined for one that reads any words. */
export function useVocabulary(): Vocabulary | undefined {
  return useStudio((state) => state.engine?.vocabulary ?? undefined);
}

/** Names the words of a text that the pack does not know, with what follows from it. */
export const UnknownWords = memo(function UnknownWords({
  text,
  needsSubject = false,
}: {
  text: string;
  /** Whether the text must name a subject, to be found or drawn. */
  needsSubject?: boolean;
}) {
  const { t } = useTranslation();
  const vocabulary = useVocabulary();
  if (!vocabulary || text.trim() === '') return null;
  const unknown = [
    ...new Set(readPrompt(text, vocabulary).flatMap((word) => (word.meaning === null ? [word.text] : []))),
  ];
  const lacksSubject = needsSubject && subjectsIn(text, vocabulary).length === 0;
  if (unknown.length === 0 && !lacksSubject) return null;
  return (
    <Stack gap="2xs" className="unknown-words" role="status">
      {unknown.length > 0 && (
        <Text size="xs">
          {t('words.unknown')}{' '}
          {unknown.map((word, index) => (
            <span key={word}>
              {index > 0 && ', '}
              <span className="unknown-word">{word}</span>
            </span>
          ))}
          {'. '}
          {t('words.unknownText')}
        </Text>
      )}
      {lacksSubject && <Text size="xs">{t('words.noSubject')}</Text>}
    </Stack>
  );
});

const GROUPS = ['subjects', 'places', 'attributes'] as const;

/** Example prompts, and the words that the pack can draw, to click: both open where a background is to be described. */
export const PromptWords = memo(function PromptWords({
  prompt,
  isOffered,
  onChange,
}: {
  prompt: string;
  /** There is no background yet. */
  isOffered: boolean;
  /** @param next makes the next prompt from the current one */
  onChange: (next: (before: string) => string) => void;
}) {
  const { t, i18n } = useTranslation();
  const vocabulary = useVocabulary();
  if (!vocabulary) return null;
  const { language } = i18n;
  const isEmpty = prompt.trim() === '';
  const isOpen = isOffered && isEmpty;
  const examples = vocabulary.languages[language]?.examples ?? [];
  const tryOne = isEmpty && examples.length > 0 && (
    <Stack gap="2xs" role="group" aria-label={t('words.examples')}>
      <Text size="xs" fw={600}>
        {t('words.examples')}
      </Text>
      {examples.map((example) => (
        <Button
          key={example}
          variant="default"
          className="prompt-example"
          justify="flex-start"
          onClick={() => onChange(() => example)}
        >
          {example}
        </Button>
      ))}
    </Stack>
  );
  return (
    <>
      {isOpen && tryOne}
      {/* Where nothing is described yet, they come first. */}
      <MoreOptions key={String(isOpen)} label={t('words.title')} startsOpen={isOpen}>
        {!isOpen && tryOne}
        {GROUPS.map((group) => (
          <Group key={group} gap="2xs" role="group" aria-label={t(`words.${group}`)}>
            {vocabulary[group].map((word) => {
              const name = nameOfWord(word, vocabulary, language);
              return (
                <Button
                  key={word}
                  variant="default"
                  size="compact-xs"
                  className="word-chip"
                  aria-label={t('words.add', { word: name })}
                  onClick={() => onChange((before) => withWord(before, word, vocabulary, language))}
                >
                  {name}
                </Button>
              );
            })}
          </Group>
        ))}
      </MoreOptions>
    </>
  );
});
