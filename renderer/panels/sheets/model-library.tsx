/** Model files of this computer: searched, filtered, previewed, and used in the shown scene. */
import {
  ActionIcon,
  Badge,
  Button,
  Group,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { IconPhoto, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LibraryModel, ModelPlace } from '../../../electron/contract/commands/library-commands.ts';
import type { ListedPack } from '../../../electron/contract/commands/model-commands.ts';
import type { CommandOutput } from '../../../electron/contract/commands.ts';
import type { ModelFile } from '../../../electron/contract/model-choice.ts';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import { addLora, setCheckpoint, setVae } from '../../editor/model-commands.ts';
import { failureSentence, reportError } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { FolderChoice } from '../widgets/folder-choice.tsx';
import { bytesOf } from '../widgets/locale.ts';
import { SceneModels, TriggerWords } from './scene-models.tsx';
import { usePackJobs } from './use-pack-jobs.ts';

const KINDS = ['checkpoint', 'lora', 'embedding', 'vae', 'other'] as const;
const FAMILIES = { sd1: 'SD 1.x', sd2: 'SD 2.x', sdxl: 'SDXL' } as const;
type Family = keyof typeof FAMILIES;

const USES = {
  checkpoint: setCheckpoint,
  vae: setVae,
  lora: addLora,
} as const satisfies Record<string, (document: SceneDocument, file: ModelFile) => SceneDocument>;

export function ModelLibrary() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const version = useStudio((state) => state.libraryVersion);
  const model = useStudio((state) => state.project?.document.model);
  const [library, setLibrary] = useState<CommandOutput<'library.list'> | undefined>(undefined);
  const [packs, setPacks] = useState<readonly ListedPack[]>([]);
  const [search, setSearch] = useState('');
  const [family, setFamily] = useState<Family | 'all'>('all');
  // biome-ignore lint/correctness/useExhaustiveDependencies: files came or went, or a chosen one was read for its hash.
  useEffect(() => {
    studio.client.call('library.list', {}).then(setLibrary).catch(reportError);
  }, [studio, version, model]);
  useEffect(() => {
    studio.client
      .call('models.list', {})
      .then((listing) => setPacks(listing.packs.filter(({ takesCheckpoints }) => takesCheckpoints)))
      .catch(reportError);
  }, [studio]);
  if (library === undefined) return <Text size="sm">{t('library.searching')}</Text>;
  const shown = library.models.filter(
    ({ name, family: own }) =>
      name.toLowerCase().includes(search.trim().toLowerCase()) && (family === 'all' || own === family),
  );
  return (
    <Stack gap="sm">
      <SceneModels models={library.models} />
      <TextInput
        type="search"
        size="xs"
        label={t('library.search')}
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('library.family')}
        value={family}
        onChange={(value) => setFamily(value as Family | 'all')}
        data={[
          { value: 'all', label: t('library.allFamilies') },
          ...Object.entries(FAMILIES).map(([value, label]) => ({ value, label })),
        ]}
      />
      {library.models.length === 0 && <Text size="sm">{t('library.none')}</Text>}
      {library.models.length > 0 && shown.length === 0 && <Text size="sm">{t('library.noMatch')}</Text>}
      {KINDS.map((kind) => (
        <Kind
          key={kind}
          title={t(`library.kinds.${kind}`)}
          models={shown.filter((each) => each.kind === kind)}
          packs={kind === 'checkpoint' ? packs : []}
        />
      ))}
      <Places places={library.places} />
    </Stack>
  );
}

interface KindProps {
  title: string;
  models: readonly LibraryModel[];
  /** The packs that these can be imported into. */
  packs: readonly ListedPack[];
}

function Kind({ title, models, packs }: KindProps) {
  if (models.length === 0) return null;
  return (
    <section aria-label={title}>
      <Title order={3} size="h6">
        {title}
      </Title>
      <ul className="plain-list library">
        {models.map((model) => (
          <Row key={model.path} model={model} packs={packs} />
        ))}
      </ul>
    </section>
  );
}

function Row({ model, packs }: { model: LibraryModel; packs: readonly ListedPack[] }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const { name, path, kind, family, precision, bytes, program, problem, sha256, triggerWords } = model;
  const choice = useStudio((state) => state.project?.document.model);
  const isUsed =
    sha256 !== null &&
    [choice?.checkpoint, choice?.vae, ...(choice?.loras ?? [])].some((file) => file?.sha256 === sha256);
  const use = kind === 'checkpoint' || kind === 'vae' || kind === 'lora' ? USES[kind] : undefined;
  const choose = async () => {
    const { session } = studio;
    let file: ModelFile | undefined = sha256 === null ? undefined : { name, sha256 };
    if (file === undefined) {
      const result = await studio.jobs.finished(await studio.client.call('library.identify', { path }));
      if (result?.kind !== 'modelIdentified') return;
      file = result.file;
    }
    const found = file;
    session.edit(t('changes.model'), (before) => use!(before, found));
  };
  const facts = [family && FAMILIES[family], precision, bytesOf(bytes), program ?? t('library.added')];
  return (
    <li>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Preview model={model} />
        <div className="library-text">
          <Text size="sm" fw={500} className="path">
            {name}
          </Text>
          <Text size="xs" c="dimmed">
            {facts.filter((fact) => fact !== null).join(' · ')}
          </Text>
          <TriggerWords words={triggerWords} />
          {kind === 'embedding' && problem === null && (
            <Text size="xs">{t('library.inPrompts', { name })}</Text>
          )}
          {problem !== null && (
            <Text size="xs">
              {t('library.unusable', {
                reason: failureSentence({ code: 'MODEL_INVALID', message: problem }),
              })}
            </Text>
          )}
        </div>
        {problem === null && packs.map((pack) => <ImportButton key={pack.id} model={model} pack={pack} />)}
        {use && problem === null && isUsed && (
          <Badge color="brand" flex="none">
            {t('models.inUse')}
          </Badge>
        )}
        {use && problem === null && !isUsed && (
          <Button
            variant="default"
            flex="none"
            aria-label={t(kind === 'lora' ? 'library.addNamed' : 'library.useNamed', { name })}
            onClick={() => start(choose)}
          >
            {t(kind === 'lora' ? 'library.add' : 'models.use')}
          </Button>
        )}
      </Group>
    </li>
  );
}

/** Imports a checkpoint into a pack, as its blending model or its model for backgrounds. */
function ImportButton({ model: { name, path }, pack }: { model: LibraryModel; pack: ListedPack }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const follow = usePackJobs(pack);
  const isBusy = useStudio(({ jobs }) =>
    Object.values(jobs).some(
      ({ packId, state }) => packId === pack.id && ['waiting', 'running'].includes(state),
    ),
  );
  return (
    <Button
      variant="subtle"
      flex="none"
      disabled={isBusy}
      aria-label={t('library.importNamed', { name, pack: pack.name })}
      title={t('library.importNamed', { name, pack: pack.name })}
      onClick={() =>
        start(() => follow(studio.client.call('models.import', { packId: pack.id, folder: path })))
      }
    >
      {t('library.import')}
    </Button>
  );
}

/** The picture beside a file, loaded when the row is drawn. */
function Preview({ model: { path, hasPreview } }: { model: LibraryModel }) {
  const studio = useStudioActions();
  const [image, setImage] = useState<string | null>(null);
  useEffect(() => {
    if (!hasPreview) return;
    let isCurrent = true;
    studio.client
      .call('library.preview', { path })
      .then(({ image: found }) => {
        if (isCurrent) setImage(found);
      })
      .catch(reportError);
    return () => {
      isCurrent = false;
    };
  }, [studio, path, hasPreview]);
  return (
    <span className="library-preview">
      {image === null ? <IconPhoto size={20} aria-hidden /> : <img src={studio.assetUrl(image)} alt="" />}
    </span>
  );
}

function Places({ places }: { places: readonly ModelPlace[] }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const shown = places.filter(({ program, state }) => program === null || state !== 'missing');
  return (
    <section aria-label={t('library.places')}>
      <Title order={3} size="h6">
        {t('library.places')}
      </Title>
      <Text size="xs" c="dimmed">
        {t('library.placesHint')}
      </Text>
      <ul className="plain-list">
        {shown.map(({ path, program, state }) => (
          <li key={path}>
            <Group gap="xs" wrap="nowrap" justify="space-between">
              <Text size="xs" className="path">
                {path}
                {program !== null && ` · ${program}`}
                {state !== 'readable' && ` · ${t(`library.placeStates.${state}`)}`}
              </Text>
              {program === null && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t('library.removePlace', { path })}
                  onClick={() => start(() => studio.client.call('library.remove', { path }))}
                >
                  <IconX size={16} aria-hidden />
                </ActionIcon>
              )}
            </Group>
          </li>
        ))}
      </ul>
      <FolderChoice
        title={t('library.addPlace')}
        label={t('library.placePath')}
        action={t('library.addPlace')}
        onChoose={(path) => studio.client.call('library.add', { path })}
      />
    </section>
  );
}
