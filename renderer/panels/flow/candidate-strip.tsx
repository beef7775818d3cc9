/** The staging strip: candidates for the background, viewed on the canvas one after another before one is used. */
import { Button, Group, Image, Loader, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconRefresh } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { placeByKey, steppedPlace } from '../../editor/candidate-staging.ts';
import { useEditor } from '../../session/editor-store.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { IconButton } from '../widgets/icon-button.tsx';
import type { useCandidates } from './use-candidates.ts';

export function CandidateStrip({
  staged: { candidates, isReplacing, regenerate, dismiss },
  isFirst,
  onUse,
}: {
  staged: ReturnType<typeof useCandidates>;
  /** Without a background, the first candidate is shown automatically. */
  isFirst: boolean;
  onUse: (image: string) => void;
}) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const [wanted, setAt] = useState(0);
  const strip = useRef<HTMLDivElement>(null);
  const { length } = candidates;
  const at = Math.min(wanted, length - 1);
  const inSight = candidates[at];
  const stagedImage = useEditor((state) => state.stagedBackground);
  const isStaged = stagedImage !== null;
  const image = inSight?.image;
  /** The canvas shows it: only a viewed candidate is marked and can be used. */
  const isSeen = image !== undefined && stagedImage === image;
  // The viewed candidate may be regenerated meanwhile.
  useEffect(() => {
    if (image !== undefined && (isStaged || isFirst)) useEditor.setState({ stagedBackground: image });
  }, [image, isStaged, isFirst]);
  // They disappear when one is used or all are discarded, or with the project.
  useEffect(() => () => useEditor.setState({ stagedBackground: null }), []);
  if (!inSight) return null;

  const select = (place: number) => {
    setAt(place);
    useEditor.setState({ stagedBackground: candidates[place]!.image });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const place = placeByKey(event.key, at, length);
    if (place === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    select(place);
    strip.current?.querySelectorAll<HTMLElement>('[role="radio"]')[place]?.focus();
  };
  return (
    <Stack gap="xs">
      <Group gap="2xs" justify="space-between" wrap="nowrap">
        <IconButton
          size="sm"
          label={t('background.previous')}
          onClick={() => select(isSeen ? steppedPlace(at, -1, length) : at)}
        >
          <IconChevronLeft size={16} aria-hidden />
        </IconButton>
        <Text size="xs" role="status" className="numbers">
          {isSeen
            ? t('background.staged', { number: at + 1, count: length, seed: inSight.seed })
            : t('background.lookAtOne', { count: length })}
        </Text>
        <IconButton
          size="sm"
          label={t('background.nextOne')}
          onClick={() => select(isSeen ? steppedPlace(at, 1, length) : at)}
        >
          <IconChevronRight size={16} aria-hidden />
        </IconButton>
      </Group>
      <div ref={strip} role="radiogroup" aria-label={t('background.candidates')} className="candidates">
        {candidates.map(({ image: picture, seed, originalSeed }, index) => (
          <UnstyledButton
            key={originalSeed}
            role="radio"
            aria-checked={isSeen && index === at}
            aria-label={t('background.candidate', { number: index + 1, seed })}
            tabIndex={index === at ? 0 : -1}
            className="candidate"
            onClick={() => select(index)}
            onDoubleClick={() => onUse(picture)}
            onKeyDown={onKeyDown}
          >
            <Image src={studio.assetUrl(picture)} alt="" radius="sm" />
            {isReplacing(originalSeed) && <Loader size="sm" className="candidate-loader" />}
          </UnstyledButton>
        ))}
      </div>
      <Button disabled={!isSeen} onClick={() => onUse(inSight.image)}>
        {t('background.useCandidate')}
      </Button>
      <Group gap="2xs" grow>
        <Button
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          disabled={!isSeen || isReplacing(inSight.originalSeed)}
          onClick={() => start(() => regenerate(inSight.originalSeed))}
        >
          {t('background.makeAnew')}
        </Button>
        <Button variant="default" onClick={dismiss}>
          {t('background.discard')}
        </Button>
      </Group>
    </Stack>
  );
}
