/** A button of a bar over the canvas: where there is no room for its label, only the icon is shown. */
import { Button, type ButtonProps } from '@mantine/core';
import type { ComponentPropsWithRef, ReactNode } from 'react';

export function BarButton({
  icon,
  label,
  ...props
}: ButtonProps &
  Omit<ComponentPropsWithRef<'button'>, keyof ButtonProps> & {
    readonly icon: ReactNode;
    readonly label: string;
  }) {
  return (
    <Button
      variant="default"
      px="xs"
      leftSection={icon}
      data-bar-button
      aria-label={label}
      title={label}
      {...props}
    >
      {label}
    </Button>
  );
}
