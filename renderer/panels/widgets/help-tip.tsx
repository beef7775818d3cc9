/** What a control does, in a tooltip of its own "?" button: on hover, on focus and on touch. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconHelp } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

export function HelpTip({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  return (
    <Tooltip label={text} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      <ActionIcon
        variant="transparent"
        color="gray"
        size="xs"
        className="help-tip"
        aria-label={t('app.helpTip')}
        // Without it, a screen reader would know the text only while the tooltip is open.
        aria-description={text}
      >
        <IconHelp size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
