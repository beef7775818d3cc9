/** Provides the studio to components. */
import { createContext, useContext } from 'react';
import { reportError } from './notices.ts';
import type { Studio } from './studio.ts';

export const StudioContext = createContext<Studio | null>(null);

export function useStudioActions(): Studio {
  const studio = useContext(StudioContext);
  if (!studio) throw new Error('StudioContext is missing.');
  return studio;
}

/** Runs asynchronous work from an event handler and reports a failure. */
export function start(work: () => Promise<unknown>): void {
  work().catch(reportError);
}
