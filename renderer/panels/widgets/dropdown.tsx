/** What opens above the window at a button's click. Escape closes it wherever the focus is. */
import { Menu, type MenuProps, Popover, type PopoverProps } from '@mantine/core';
import { useWindowEvent } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';

/**
 * Closes at Escape. The library listens within the opened element only: Escape was lost until the focus had moved there,
 * and after the focused button had disappeared.
 */
export function useEscape(isOpen: boolean, close: () => void): void {
  useWindowEvent(
    'keydown',
    (event) => {
      if (!isOpen || event.key !== 'Escape' || event.isComposing) return;
      // A sheet below stays open, and a tool in the middle of its work stays as it is.
      event.stopPropagation();
      close();
    },
    { capture: true },
  );
}

/** A menu with `Menu.Target` and `Menu.Dropdown` in it. */
export function DropdownMenu(props: Omit<MenuProps, 'opened' | 'onChange'>) {
  const [isOpen, setOpen] = useState(false);
  useEscape(isOpen, () => setOpen(false));
  return (
    <Menu withInitialFocusPlaceholder={false} returnFocus {...props} opened={isOpen} onChange={setOpen} />
  );
}

/** Controls that a button opens. They stay open, so that several can be used one after another. */
export function DropdownPanel({
  target,
  children,
  ...props
}: Omit<PopoverProps, 'opened' | 'onChange'> & {
  /** Makes the button. */
  readonly target: (toggle: () => void) => ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  useEscape(isOpen, () => setOpen(false));
  return (
    <Popover withArrow trapFocus returnFocus {...props} opened={isOpen} onChange={setOpen}>
      <Popover.Target>{target(() => setOpen(!isOpen))}</Popover.Target>
      <Popover.Dropdown>{children}</Popover.Dropdown>
    </Popover>
  );
}
