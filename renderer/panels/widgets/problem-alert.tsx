/** A message that stays until its problem is solved or dismissed: what went wrong, and buttons that may help. */
import { Alert, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export function ProblemAlert({
  className,
  title,
  message,
  onClose,
  children,
}: {
  readonly className: string;
  readonly title: string;
  readonly message: string;
  /** Dismisses it; without one it stays until the problem is gone. */
  readonly onClose?: () => void;
  /** The buttons. */
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <Alert
      className={className}
      color="red"
      role="alert"
      icon={<IconAlertTriangle size={16} aria-hidden />}
      title={title}
      {...(onClose && { withCloseButton: true, closeButtonLabel: t('app.close'), onClose })}
    >
      <Text size="sm">{message}</Text>
      <Group gap="xs" mt="xs">
        {children}
      </Group>
    </Alert>
  );
}
