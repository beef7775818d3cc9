/** Where renders run: this computer, or a farm of it. Farms are added on the command line. */
import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { FarmState } from '../../../electron/contract/farm.ts';
import { failureSentence } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';

const HERE = '';

export function FarmSettings() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const farms = useStudio((state) => state.farms);
  const renderOn = useStudio((state) => state.settings.renderOn);
  if (farms.length === 0 && renderOn === null) {
    return (
      <Text size="xs" c="dimmed">
        {t('farm.none')}
      </Text>
    );
  }
  // A farm that was removed stays chosen until the user chooses another place: renders never move by themselves.
  const names = new Set([...farms.map(({ name }) => name), ...(renderOn === null ? [] : [renderOn])]);
  return (
    <Stack gap="2xs">
      <Select
        label={t('farm.renderOn')}
        allowDeselect={false}
        value={renderOn ?? HERE}
        data={[
          { value: HERE, label: t('farm.here') },
          ...[...names].map((name) => ({ value: name, label: name })),
        ]}
        onChange={(name) =>
          start(() => studio.client.call('settings.set', { renderOn: name === HERE ? null : name }))
        }
      />
      {farms.map((farm) => (
        <Farm key={farm.name} farm={farm} />
      ))}
    </Stack>
  );
}

function Farm({ farm: { name, server, state, workers, error } }: { farm: FarmState }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  return (
    <Group gap="xs" wrap="nowrap" justify="space-between">
      <Text size="xs" c={state === 'failed' || state === 'lost' ? 'red' : 'dimmed'} role="status">
        {name} ({server}): {t(`farm.state.${state}`)}
        {workers !== null && ` · ${t('farm.workers', { count: workers })}`}
        {error && ` · ${failureSentence(error)}`}
      </Text>
      <Button
        variant="subtle"
        color="gray"
        flex="none"
        aria-label={t('farm.checkOf', { name })}
        onClick={() => start(() => studio.checkFarm(name))}
      >
        {t('farm.check')}
      </Button>
    </Group>
  );
}
