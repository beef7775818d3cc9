/** A control with its name, its help, and a reset button. */
import { IconRestore } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ControlHead } from './control-head.tsx';
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
  /** What the control does. */
  text: string;
  isDefault: boolean;
  defaultText: string;
  onReset: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <div className="labelled-control">
      <ControlHead name={name} help={text}>
        {!isDefault && (
          <IconButton size="xs" label={t('parameters.reset', { name, value: defaultText })} onClick={onReset}>
            <IconRestore size={16} aria-hidden />
          </IconButton>
        )}
      </ControlHead>
      {children}
    </div>
  );
}
