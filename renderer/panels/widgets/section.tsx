/** Controls that belong together, under a heading. */
import { Stack, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';

export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <Title order={3} size="h6" mb="xs" id={id}>
        {title}
      </Title>
      <Stack gap="sm">{children}</Stack>
    </section>
  );
}
