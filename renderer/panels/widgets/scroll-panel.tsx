/** A landmark at a side of the window that scrolls by itself. */
import { ScrollArea } from '@mantine/core';
import type { ReactNode } from 'react';

export function ScrollPanel({
  element,
  label,
  className,
  children,
}: {
  /** The landmark: `nav` for steps, `aside` for controls next to them. */
  readonly element: 'nav' | 'aside';
  readonly label: string;
  readonly className: string;
  readonly children: ReactNode;
}) {
  return (
    <ScrollArea
      className={className}
      type="auto"
      component={element}
      aria-label={label}
      viewportProps={{ tabIndex: -1 }}
    >
      {children}
    </ScrollArea>
  );
}
