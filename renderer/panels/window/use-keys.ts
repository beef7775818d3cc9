/** The keyboard and the host's menu: shortcuts to actions, Space and backslash while they are held, Enter and Escape to the tool. */
import { useEffect } from 'react';
import { type ActionName, actionOf } from '../../editor/shortcuts.ts';
import { showScene, useEditor } from '../../session/editor-store.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { answerHost, runAction } from '../actions/actions.ts';

/** Whether a key belongs to a text that is being typed. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  return (
    target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type)
  );
}

/** Whether Space and Enter press something. */
function isControl(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('button, a, input, select, textarea, [role="slider"], [role="switch"], [role="tab"]') !==
      null
  );
}

/** Shortcuts that work while a text is typed, too. */
const whileTyping: readonly ActionName[] = ['render.start', 'render.startFirst', 'app.settings'];

export function useKeys(): void {
  const studio = useStudioActions();
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const release = () => useEditor.setState({ spaceHeld: false, originalHeld: false });

    addEventListener(
      'keydown',
      (event) => {
        // A sheet that waits for keys (the shortcut editor) has taken them.
        if (event.defaultPrevented || event.isComposing) return;
        const action = actionOf(event, useStudio.getState().settings.shortcuts);
        if (isTyping(event.target) && !(action && whileTyping.includes(action))) return;
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
          const { sheet, stagedBackground } = useEditor.getState();
          if (studio.workbench.isActive) studio.workbench.cancel();
          else if (sheet !== null) useEditor.setState({ sheet: null });
          else if (stagedBackground !== null) useEditor.setState({ stagedBackground: null });
          else showScene();
          return;
        }
        if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && !isControl(event.target)) {
          studio.workbench.input({ kind: 'confirm' });
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
        if (event.code === 'Space') useEditor.setState({ spaceHeld: false });
        if (event.code === 'Backslash') useEditor.setState({ originalHeld: false });
      },
      { signal },
    );
    const unlisten = studio.client.on('host.request', (request) => answerHost(studio, request));
    // A key that is let go in another window is never reported.
    addEventListener('blur', release, { signal });
    return () => {
      stop.abort();
      unlisten();
    };
  }, [studio]);
}
