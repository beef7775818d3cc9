/** The instruments that scored a render, and the missing ones with their downloads. */
import { Button, Group, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandOutput } from '../../../electron/contract/commands.ts';
import { INSTRUMENT_IDS, type InstrumentFacts } from '../../../electron/contract/picture-scores.ts';
import { reportError, reportNotice } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { bytesOf } from '../widgets/locale.ts';
import { useLicensedDownload } from './use-licensed-download.tsx';

/** Parts of the catalogue that bring an instrument. */
const PARTS = { clip: 'text-similarity', dinov2: 'image-similarity' } as const;

interface Part {
  readonly packId: string;
  readonly component: string;
  readonly name: string;
  readonly bytes: number;
  readonly isInstalled: boolean;
}

export function MissingInstruments({ instruments }: { instruments: readonly InstrumentFacts[] }) {
  const { t } = useTranslation();
  const parts = useParts();
  const missing = INSTRUMENT_IDS.filter((id) => !instruments.some((one) => one.id === id));
  return (
    <div>
      {instruments.length > 0 && (
        <Text size="xs" c="dimmed">
          {t('scores.measuredWith', { names: instruments.map(({ name }) => name).join(', ') })}
        </Text>
      )}
      {missing.map((id) => {
        const part = id === 'appearance' ? undefined : parts.find(({ component }) => component === PARTS[id]);
        return (
          <Group key={id} gap="xs" mt="xs" wrap="nowrap" justify="space-between">
            <Text size="xs">{t(part?.isInstalled ? 'scores.installed' : `scores.missing.${id}`)}</Text>
            {part && !part.isInstalled && <DownloadPart part={part} />}
          </Group>
        );
      })}
    </div>
  );
}

/** The encoders that a catalogue offers; read again when a job on models has ended. */
function useParts(): readonly Part[] {
  const studio = useStudioActions();
  const [packs, setPacks] = useState<CommandOutput<'models.list'>['packs']>([]);
  const ended = useStudio(
    ({ jobs }) =>
      Object.values(jobs).filter(
        ({ packId, state }) => packId !== null && state !== 'waiting' && state !== 'running',
      ).length,
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the number says that packs changed.
  useEffect(() => {
    studio.client
      .call('models.list', {})
      .then((listing) => setPacks(listing.packs))
      .catch(reportError);
  }, [studio, ended]);
  return packs.flatMap(({ id: packId, components }) =>
    components.map(({ id: component, name, size, state }) => ({
      packId,
      component,
      name,
      bytes: size.knownBytes,
      isInstalled: state === 'installed',
    })),
  );
}

function DownloadPart({ part: { packId, component, name, bytes } }: { part: Part }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const isBusy = useStudio(({ jobs }) =>
    Object.values(jobs).some(
      (job) => job.packId === packId && (job.state === 'waiting' || job.state === 'running'),
    ),
  );
  const components = [component];
  const pull = async (acceptedLicences: string[]) => {
    const job = await studio.client.call('models.pull', { packId, components, acceptedLicences });
    const result = await studio.jobs.finished(job);
    if (result) reportNotice(t('models.pulled', { name }), { kind: 'success' });
  };
  const { download, dialog } = useLicensedDownload({ packId, components }, pull);
  return (
    <>
      <Button
        variant="default"
        flex="none"
        disabled={isBusy}
        leftSection={<IconDownload size={14} aria-hidden />}
        onClick={() => start(download)}
      >
        {t('scores.download', { name, size: bytesOf(bytes) })}
      </Button>
      {dialog}
    </>
  );
}
