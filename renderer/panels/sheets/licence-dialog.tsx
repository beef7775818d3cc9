/** The licences of a download, to accept before it starts. */
import { Button, Checkbox, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CatalogLicence } from '../../../electron/contract/pack-catalog.ts';
import { Dialog } from '../widgets/dialog.tsx';

export function LicenceDialog({
  licences,
  onClose,
  onAccept,
}: {
  licences: readonly CatalogLicence[] | null;
  onClose: () => void;
  onAccept: (accepted: string[]) => void;
}) {
  const { t } = useTranslation();
  const [accepted, setAccepted] = useState<readonly string[]>([]);
  useEffect(() => {
    if (licences) setAccepted([]);
  }, [licences]);
  return (
    <Dialog opened={licences !== null} onClose={onClose} title={t('models.licences')}>
      <Stack gap="sm">
        {licences?.map(({ id, name, summary, url }) => (
          <div key={id}>
            <Text size="sm">{summary}</Text>
            <Text size="xs" c="dimmed" className="path">
              {url}
            </Text>
            <Checkbox
              mt="2xs"
              label={t('models.accept', { name })}
              checked={accepted.includes(id)}
              onChange={({ currentTarget }) =>
                setAccepted(
                  currentTarget.checked ? [...accepted, id] : accepted.filter((other) => other !== id),
                )
              }
            />
          </div>
        ))}
        <Button
          size="sm"
          disabled={!licences?.every(({ id }) => accepted.includes(id))}
          onClick={() => onAccept([...accepted])}
        >
          {t('models.startDownload')}
        </Button>
      </Stack>
    </Dialog>
  );
}
