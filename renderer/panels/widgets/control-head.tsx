/** The line above a control: its name, its help and, at the end, what belongs to it. */
import { Group, Input } from '@mantine/core';
import type { ReactNode } from 'react';
import { HelpTip } from './help-tip.tsx';

export function ControlHead({
  name,
  help,
  htmlFor,
  children,
}: {
  readonly name: string;
  readonly help?: string | undefined;
  /** Id of the named field; without one, the control has its own accessible name. */
  readonly htmlFor?: string;
  /** At the end of the line. */
  readonly children?: ReactNode;
}) {
  return (
    <Group gap={0} wrap="nowrap" mih={24}>
      <Input.Label
        size="xs"
        fw={600}
        {...(htmlFor === undefined ? { labelElement: 'div' as const } : { htmlFor })}
      >
        {name}
      </Input.Label>
      {help !== undefined && <HelpTip text={help} />}
      {children !== undefined && <Group ml="auto">{children}</Group>}
    </Group>
  );
}
