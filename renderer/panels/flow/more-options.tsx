/** Rarely used options, behind a button. */
import { Button, Collapse, Stack } from '@mantine/core';
import { IconAdjustments, IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { type ReactNode, useId, useState } from 'react';

export function MoreOptions({
  label,
  startsOpen = false,
  children,
}: {
  label: string;
  startsOpen?: boolean;
  children: ReactNode;
}) {
  const [isOpen, setOpen] = useState(startsOpen);
  const id = useId();
  const Chevron = isOpen ? IconChevronUp : IconChevronDown;
  return (
    <div>
      <Button
        variant="subtle"
        color="gray"
        leftSection={<IconAdjustments size={14} aria-hidden />}
        rightSection={<Chevron size={12} aria-hidden />}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        {label}
      </Button>
      <Collapse expanded={isOpen} id={id}>
        <Stack gap="sm" pt="2xs">
          {children}
        </Stack>
      </Collapse>
    </div>
  );
}
