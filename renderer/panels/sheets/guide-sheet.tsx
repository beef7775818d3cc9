/** The user guide. It comes with the program, in a file of its own that is loaded when it is opened. */
import { Center, Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';

const Guide = lazy(async () => ({ default: (await import('./guide.tsx')).Guide }));

export function GuideSheet() {
  return (
    <Suspense
      fallback={
        <Center p="xl">
          <Loader />
        </Center>
      }
    >
      <Guide />
    </Suspense>
  );
}
