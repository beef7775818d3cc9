/** A control with its name, a one-sentence explanation, and a reset button. */
import { Group, Text } from '@mantine/core';
import { IconRestore } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './icon-button.tsx';

export function LabelledControl({
  name,
  text,
  isDefault,
  defaultText,
  onReset,
  children,
}: {
  name: string;
  text: string;
  isDefault: boolean;
  defaultText: string;
  onReset: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <div className="labelled-control">
      <Group gap={4} wrap="nowrap" justify="space-between" mih={22}>
        <Text size="xs" fw={600}>
          {name}
        </Text>
        {!isDefault && (
          <IconButton size="xs" label={t('parameters.reset', { name, value: defaultText })} onClick={onReset}>
            <IconRestore size={14} aria-hidden />
          </IconButton>
        )}
      </Group>
      {children}
      <Text size="xs" c="dimmed">
        {text}
      </Text>
    </div>
  );
}
