/** The user guide, bundled as a separate file that is loaded when the sheet opens. */
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
