/** The keyboard and the host's menu: shortcuts to actions, Space and backslash while they are held, Enter, Escape and arrows to the tool. */
import { useEffect } from 'react';
import { nudgeOf } from '../../editor/placement.ts';
import { type ActionName, actionOf } from '../../editor/shortcuts.ts';
import { type SheetName, showScene, useEditor } from '../../session/editor-store.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { handleHostRequest, runAction } from '../actions/actions.ts';
import { isTyping } from '../widgets/typing.ts';

/** Whether Space and Enter press something. */
function isControl(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('button, a, input, select, textarea, [role="slider"], [role="switch"], [role="tab"]') !==
      null
  );
}

/** Shortcuts that work while a text is typed, too. */
const WHILE_TYPING: readonly ActionName[] = ['render.start', 'render.startFirst', 'app.settings'];

/** Whether a key is pressed in a sheet or a dialog, or in nothing while one is open: then it is none of the tools'. */
function isInSheet(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('[role="dialog"], [role="menu"]') !== null) return true;
  return useEditor.getState().sheet !== null && target.closest('#canvas') === null;
}

/** Shortcuts that open and close sheets, and those that work everywhere. */
function worksInSheet(action: ActionName): boolean {
  return action.startsWith('app.') || WHILE_TYPING.includes(action);
}

export function useKeys(): void {
  const studio = useStudioActions();
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    let sheetBefore: SheetName | null = null;
    const release = () => {
      useEditor.setState({ spaceHeld: false, originalHeld: false });
      studio.tools.endNudging();
    };

    // Escape closes a sheet before the listener below hears of it.
    addEventListener(
      'keydown',
      () => {
        sheetBefore = useEditor.getState().sheet;
      },
      { signal, capture: true },
    );
    addEventListener(
      'keydown',
      (event) => {
        // A sheet that waits for keys (the shortcut editor) has taken them.
        if (event.defaultPrevented || event.isComposing) return;
        const action = actionOf(event, useStudio.getState().settings.shortcuts);
        if (isTyping(event.target) && !(action && WHILE_TYPING.includes(action))) return;
        if (isInSheet(event.target)) {
          // Escape is taken by the sheet, or by what is open in it.
          if (!action || !worksInSheet(action)) return;
          event.preventDefault();
          runAction(studio, action);
          return;
        }
        if (event.code === 'Space' && !isControl(event.target)) {
          event.preventDefault();
          useEditor.setState({ spaceHeld: true });
          return;
        }
        if (event.code === 'Backslash' && !event.repeat) {
          useEditor.setState({ originalHeld: true });
          return;
        }
        if (event.key === 'Escape') {
          if (sheetBefore !== null) return;
          const { stagedBackground, shownRenderId, cutOut } = useEditor.getState();
          if (studio.tools.isActive) studio.tools.cancel();
          else if (stagedBackground !== null) useEditor.setState({ stagedBackground: null });
          else if (cutOut !== null && shownRenderId === null) {
            start(() => studio.cutOuts.cancel(studio.session));
          } else showScene();
          return;
        }
        if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && !isControl(event.target)) {
          if (useEditor.getState().cutOut !== null && !studio.workbench.isActive) studio.cutOuts.finish();
          else studio.workbench.input({ kind: 'confirm' });
          return;
        }
        const nudge = nudgeOf(event.key, event.shiftKey);
        if (nudge && !event.ctrlKey && !event.metaKey && !isControl(event.target)) {
          if (studio.tools.nudge(nudge)) event.preventDefault();
          return;
        }
        if (!action) return;
        event.preventDefault();
        runAction(studio, action);
      },
      { signal },
    );
    addEventListener(
      'keyup',
      (event) => {
        // Moves by the keyboard, however often the key repeats, are one step of the history.
        if (nudgeOf(event.key, false)) studio.tools.endNudging();
        if (event.code === 'Space') useEditor.setState({ spaceHeld: false });
        if (event.code === 'Backslash') useEditor.setState({ originalHeld: false });
      },
      { signal },
    );
    const unlisten = studio.client.on('host.request', (request) => handleHostRequest(studio, request));
    // A key that is let go in another window is never reported.
    addEventListener('blur', release, { signal });
    return () => {
      stop.abort();
      unlisten();
    };
  }, [studio]);
}
