/** Arrow keys on a slider: presses in quick succession become one step of the history, as a drag does. */
import { useDebouncedCallback } from '@mantine/hooks';
import { type KeyboardEvent, useRef } from 'react';

/** A longer pause between two presses begins another step. */
const PAUSE_MS = 400;
const ADJUSTING = /^(?:Arrow|Page|Home$|End$)/;

/**
 * @param onCommit takes the final value
 * @returns `commit` for the slider, and handlers for an element around it: whatever the user does next comes after the
 *   step
 */
export function useKeysTogether<Value>(onCommit: (value: Value) => void) {
  const isByKeys = useRef(false);
  const later = useDebouncedCallback(onCommit, { delay: PAUSE_MS, flushOnUnmount: true });
  return {
    commit: (value: Value) => (isByKeys.current ? later : onCommit)(value),
    handlers: {
      onKeyDownCapture: ({ key }: KeyboardEvent) => {
        isByKeys.current = ADJUSTING.test(key);
        if (!isByKeys.current) later.flush();
      },
      onPointerDownCapture: () => {
        isByKeys.current = false;
        later.flush();
      },
      onBlur: () => later.flush(),
    },
  };
}
