/**
 * The keyboard and the host's menu: maps shortcuts to actions, handles held Space and backslash, and passes Enter,
 * Escape and arrows to the tool.
 */
import { useEffect } from 'react';
import type { FoundHits } from '../../editor/mask-hits.ts';
import { nudgeOf } from '../../editor/placement.ts';
import { type ActionName, actionOf } from '../../editor/shortcuts.ts';
import { type SheetName, showScene, useEditor } from '../../session/editor-store.ts';
import { shownHits } from '../../session/mask-hits.ts';
import type { Studio } from '../../session/studio.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { handleHostRequest, runAction } from '../actions/actions.ts';
import { isCommitted, isTyping } from '../widgets/typing.ts';

/** Whether Space and Enter press an element. */
function isControl(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('button, a, input, select, textarea, [role="slider"], [role="switch"], [role="tab"]') !==
      null
  );
}

/** Whether an element is a plain button, which arrows do nothing to. */
function isButton(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button:not([role])') !== null;
}

/** Shortcuts that also work while typing a text. */
const WHILE_TYPING: readonly ActionName[] = [
  'render.start',
  'render.startFirst',
  'app.palette',
  'app.settings',
];

/** Whether typing keeps an action's shortcut from it: the browser undoes letters, and only those not committed yet. */
function isForTyping(target: EventTarget | null, action: ActionName | undefined): boolean {
  if (!isTyping(target)) return false;
  if (action === 'edit.undo' || action === 'edit.redo') return !isCommitted(target);
  return !(action && WHILE_TYPING.includes(action));
}

/**
 * Whether a key is pressed in a sheet or a dialog, or without focus while one is open: then it does not go to the
 * tools.
 */
function isInSheet(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('[role="dialog"], [role="menu"]') !== null) return true;
  const { sheet, exporting, isPaletteOpen } = useEditor.getState();
  // A dialog that has just been opened may not have the focus yet.
  if (exporting !== null || isPaletteOpen) return true;
  return sheet !== null && target.closest('#canvas') === null;
}

/** Shortcuts that open and close sheets, and those that work everywhere. */
function worksInSheet(action: ActionName): boolean {
  return action.startsWith('app.') || WHILE_TYPING.includes(action);
}

/** Actions that repeat while their key is held. Renders, exports and copies of the project are made only once. */
const REPEATED: readonly ActionName[] = [
  'brush.smaller',
  'brush.larger',
  'brush.softer',
  'brush.harder',
  'edit.undo',
  'edit.redo',
  'concept.next',
  'concept.previous',
  'concept.forward',
  'concept.backward',
  'view.zoomIn',
  'view.zoomOut',
];

function runByKey(studio: Studio, action: ActionName, event: KeyboardEvent): void {
  event.preventDefault();
  if (!event.repeat || REPEATED.includes(action)) runAction(studio, action);
}

/** Whether an element is being dragged by keys, where Escape ends the drag. */
function isDragHandle(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[aria-roledescription][aria-pressed="true"]') !== null;
}

/** The hits that the canvas offers now. */
function currentHits(): FoundHits | null {
  return shownHits(useEditor.getState(), useStudio.getState().project);
}

/** Whether a render or a candidate is viewed: what Enter and the arrow keys change would not be seen. */
function isSceneHidden(): boolean {
  const { shownRenderId, stagedBackground } = useEditor.getState();
  return shownRenderId !== null || stagedBackground !== null;
}

/** Escape: leaves what was begun last, or the render that is viewed. */
function leave(studio: Studio): void {
  const { stagedBackground, shownRenderId, cutOut, comparingId } = useEditor.getState();
  if (comparingId !== null) useEditor.setState({ comparingId: null });
  else if (currentHits() !== null) useEditor.setState({ hits: null });
  else if (studio.tools.isActive) studio.tools.cancel();
  else if (stagedBackground !== null) useEditor.setState({ stagedBackground: null });
  else if (cutOut !== null && shownRenderId === null) start(() => studio.cutOuts.cancel(studio.session));
  else showScene();
}

export function useKeys(): void {
  const studio = useStudioActions();
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    let sheetBefore: SheetName | null = null;
    let isPressing = false;
    /** Whether the focus came by the pointer: a clicked button keeps it, and what is meant for the canvas is not for it. */
    let isClicked = false;
    const isForCanvas = (target: EventTarget | null) => !isControl(target) || (isClicked && isButton(target));
    const release = () => {
      useEditor.setState({ spaceHeld: false, originalHeld: false });
      studio.tools.endNudging();
    };

    // Escape closes a sheet before the listener below runs.
    addEventListener(
      'keydown',
      () => {
        sheetBefore = useEditor.getState().sheet;
        isPressing = false;
      },
      { signal, capture: true },
    );
    for (const kind of ['pointerdown', 'pointerup', 'pointercancel'] as const) {
      addEventListener(
        kind,
        () => {
          isPressing = kind === 'pointerdown';
        },
        { signal, capture: true },
      );
    }
    addEventListener(
      'focusin',
      () => {
        isClicked = isPressing;
      },
      { signal, capture: true },
    );
    // On its way down: an open tooltip would stop Escape at the button with the focus. What is open above the window
    // (useEscape) has stopped it before; what handles it on its way up is left alone.
    document.addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
        if (sheetBefore !== null || isTyping(event.target) || isInSheet(event.target)) return;
        if (isDragHandle(event.target)) return;
        leave(studio);
      },
      { signal, capture: true },
    );
    addEventListener(
      'keydown',
      (event) => {
        // A sheet that records keys (the shortcut editor) has handled them.
        if (event.defaultPrevented || event.isComposing) return;
        const action = actionOf(event, useStudio.getState().settings.shortcuts);
        if (isForTyping(event.target, action)) return;
        if (isInSheet(event.target)) {
          // The sheet, or a menu in it, handles Escape.
          if (!action || !worksInSheet(action)) return;
          runByKey(studio, action, event);
          return;
        }
        if (event.code === 'Space' && isForCanvas(event.target)) {
          event.preventDefault();
          useEditor.setState({ spaceHeld: true });
          return;
        }
        if (event.code === 'Backslash' && !event.repeat && !event.ctrlKey && !event.metaKey) {
          useEditor.setState({ originalHeld: true });
          return;
        }
        if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && !isControl(event.target)) {
          // Only the first press of a held key counts.
          if (isSceneHidden() || event.repeat) return;
          const { cutOut } = useEditor.getState();
          const hits = currentHits();
          if (hits !== null) start(() => studio.maskHits.apply(studio.session, hits));
          else if (cutOut !== null && !studio.workbench.isActive) studio.cutOuts.finish();
          else {
            const use = event.shiftKey ? 'add' : event.altKey ? 'subtract' : 'replace';
            studio.workbench.input({ kind: 'confirm', use });
          }
          return;
        }
        const nudge = nudgeOf(event.key, event.shiftKey);
        if (nudge && !event.ctrlKey && !event.metaKey && isForCanvas(event.target)) {
          if (!isSceneHidden() && studio.tools.nudge(nudge)) event.preventDefault();
          return;
        }
        if (action) runByKey(studio, action, event);
      },
      { signal },
    );
    addEventListener(
      'keyup',
      (event) => {
        // Moves by a repeating key are one step of the history.
        if (nudgeOf(event.key, false)) studio.tools.endNudging();
        if (event.code === 'Space') useEditor.setState({ spaceHeld: false });
        if (event.code === 'Backslash') useEditor.setState({ originalHeld: false });
      },
      { signal },
    );
    const unlisten = studio.client.on('host.request', (request) => handleHostRequest(studio, request));
    // A key released in another window is never reported.
    addEventListener('blur', release, { signal });
    return () => {
      stop.abort();
      unlisten();
    };
  }, [studio]);
}
