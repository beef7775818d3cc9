/**
 * The table of shortcuts, and the lookup of a pressed key's action.
 *
 * Letters use the label of the key (KeyboardEvent.key), so that Ctrl+Z is where the user's layout has Z; digits and
 * punctuation use the physical key (KeyboardEvent.code), since many layouts have brackets on AltGr or not at all. On
 * layouts without Latin letters, such as Korean, letters use the physical key too.
 */

/** A key with its modifiers, such as "Ctrl+Shift+KeyZ" or "BracketLeft". Ctrl stands for Command on a Mac. */
export type KeyChord = string;

export type ShortcutGroup = 'tools' | 'edit' | 'view' | 'render' | 'app';

export interface Shortcut {
  readonly action: string;
  readonly group: ShortcutGroup;
  readonly chords: readonly KeyChord[];
}

function shortcut<const Action extends string>(action: Action, group: ShortcutGroup, ...chords: KeyChord[]) {
  return { action, group, chords };
}

export const SHORTCUTS = [
  shortcut('tool.brush', 'tools', 'KeyB'),
  shortcut('tool.eraser', 'tools', 'KeyE'),
  shortcut('tool.lasso', 'tools', 'KeyL'),
  shortcut('tool.polygon', 'tools', 'KeyP'),
  shortcut('tool.rectangle', 'tools', 'KeyU'),
  shortcut('tool.ellipse', 'tools', 'Shift+KeyU'),
  shortcut('tool.fill', 'tools', 'KeyG'),
  shortcut('tool.select', 'tools', 'KeyW'),
  shortcut('tool.move', 'tools', 'KeyV'),
  shortcut('tool.hand', 'tools', 'KeyH'),
  shortcut('tool.frame', 'tools', 'KeyF'),
  shortcut('brush.smaller', 'tools', 'BracketLeft'),
  shortcut('brush.larger', 'tools', 'BracketRight'),
  shortcut('brush.softer', 'tools', 'Shift+BracketLeft'),
  shortcut('brush.harder', 'tools', 'Shift+BracketRight'),
  shortcut('brush.swap', 'tools', 'KeyX'),
  shortcut('edit.undo', 'edit', 'Ctrl+KeyZ'),
  shortcut('edit.redo', 'edit', 'Ctrl+Shift+KeyZ', 'Ctrl+KeyY'),
  shortcut('mask.invert', 'edit', 'Shift+KeyV'),
  shortcut('mask.clear', 'edit', 'Delete'),
  shortcut('concept.next', 'edit', 'PageDown'),
  shortcut('concept.previous', 'edit', 'PageUp'),
  shortcut('concept.cutOut', 'edit', 'Shift+KeyC'),
  shortcut('concept.forward', 'edit', 'Ctrl+BracketRight'),
  shortcut('concept.backward', 'edit', 'Ctrl+BracketLeft'),
  shortcut('placed.flip', 'edit', 'Shift+KeyH'),
  shortcut('view.fit', 'view', 'Ctrl+Digit0'),
  shortcut('view.actualSize', 'view', 'Ctrl+Digit1'),
  shortcut('view.zoomIn', 'view', 'Ctrl+Equal'),
  shortcut('view.zoomOut', 'view', 'Ctrl+Minus'),
  shortcut('view.compare', 'view', 'KeyM'),
  shortcut('view.compareWith', 'view', 'Shift+KeyM'),
  shortcut('view.swap', 'view', 'KeyC'),
  // Photoshop's key of the quick mask.
  shortcut('view.maskView', 'view', 'KeyQ'),
  shortcut('view.masks', 'view', 'Shift+KeyQ'),
  shortcut('view.panels', 'view', 'Ctrl+Backslash'),
  shortcut('view.scenePanel', 'view'),
  shortcut('view.inspector', 'view'),
  shortcut('view.history', 'view'),
  shortcut('render.start', 'render', 'Ctrl+Enter'),
  shortcut('render.startFirst', 'render', 'Ctrl+Shift+Enter'),
  shortcut('render.variations', 'render', 'Ctrl+Alt+Enter'),
  shortcut('render.cancel', 'render', 'Shift+KeyX'),
  shortcut('render.export', 'render', 'Ctrl+KeyE'),
  shortcut('render.exportAs', 'render', 'Ctrl+Shift+KeyE'),
  shortcut('render.copy', 'render'),
  shortcut('render.scores', 'render'),
  // Browsers reserve Ctrl+N.
  shortcut('project.new', 'app'),
  shortcut('project.open', 'app', 'Ctrl+KeyO'),
  shortcut('project.saveAs', 'app', 'Ctrl+Shift+KeyS'),
  shortcut('app.history', 'app', 'Ctrl+Shift+KeyH'),
  shortcut('app.palette', 'app', 'Ctrl+KeyK'),
  shortcut('app.help', 'app', 'Shift+Slash'),
  shortcut('app.settings', 'app', 'Ctrl+Comma'),
] as const satisfies readonly Shortcut[];

export type ActionName = (typeof SHORTCUTS)[number]['action'];

/** Changed shortcuts: action -> chord; null removes it. */
export type ShortcutOverrides = Readonly<Record<string, string | null>>;

/** The relevant part of a KeyboardEvent. */
export interface PressedKey {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const MODIFIER_CODES = /^(Control|Shift|Alt|Meta|OS)(Left|Right)?$/;

/** The chord of a pressed key; undefined for only a modifier. */
export function chordOf(pressed: PressedKey): KeyChord | undefined {
  if (MODIFIER_CODES.test(pressed.code) || pressed.code === '') return undefined;
  const letter = /^[a-z]$/i.test(pressed.key) ? `Key${pressed.key.toUpperCase()}` : undefined;
  const key =
    letter ?? pressed.code.replace(/^Numpad(Enter|Add|Subtract)$/, (_, name: string) => numpad[name]!);
  const modifiers = [
    pressed.ctrlKey || pressed.metaKey ? 'Ctrl+' : '',
    pressed.altKey ? 'Alt+' : '',
    pressed.shiftKey ? 'Shift+' : '',
  ];
  return modifiers.join('') + key;
}

const numpad: Readonly<Record<string, string>> = { Enter: 'Enter', Add: 'Equal', Subtract: 'Minus' };

export function isActionName(name: string): name is ActionName {
  return SHORTCUTS.some(({ action }) => action === name);
}

/** The chords of an action, changes applied. */
export function chordsOf(action: ActionName, overrides: ShortcutOverrides): readonly KeyChord[] {
  const changed = overrides[action];
  if (changed === null) return [];
  if (changed !== undefined) return [changed];
  return SHORTCUTS.find((entry) => entry.action === action)!.chords;
}

/** The action of a pressed key; a changed shortcut takes precedence over another action's default. */
export function actionOf(pressed: PressedKey, overrides: ShortcutOverrides): ActionName | undefined {
  const chord = chordOf(pressed);
  if (chord === undefined) return undefined;
  const changed = SHORTCUTS.find(({ action }) => overrides[action] === chord);
  if (changed) return changed.action;
  return SHORTCUTS.find(({ action }) => chordsOf(action, overrides).includes(chord))?.action;
}

/** The other actions that would lose a chord. */
export function conflictsOf(
  chord: KeyChord,
  action: ActionName,
  overrides: ShortcutOverrides,
): readonly ActionName[] {
  return SHORTCUTS.filter(
    (entry) => entry.action !== action && chordsOf(entry.action, overrides).includes(chord),
  ).map((entry) => entry.action);
}

/** Keys of the canvas and the page, which come before any action; with Ctrl, some of them are free. */
const FIXED_KEYS = /^(?:(?:Alt\+|Shift\+)*(?:Enter|Tab|Backslash|Arrow\w+)|(?:\w+\+)*(?:Space|Escape))$/;

/** Whether a chord can be given to an action. */
export function isFreeChord(chord: KeyChord): boolean {
  return !FIXED_KEYS.test(chord);
}

/** The changed shortcuts when an action gets a chord: the others that had it lose it. */
export function withChord(
  overrides: ShortcutOverrides,
  action: ActionName,
  chord: KeyChord,
): Record<string, string | null> {
  const losers = conflictsOf(chord, action, overrides).map((loser) => [loser, null] as const);
  return { ...overrides, ...Object.fromEntries(losers), [action]: chord };
}

const printed: Readonly<Record<string, string>> = {
  BracketLeft: '[',
  BracketRight: ']',
  Slash: '/',
  Comma: ',',
  Period: '.',
  Semicolon: ';',
  Quote: "'",
  Backslash: '\\',
  Backquote: '`',
  Minus: '−',
  Equal: '+',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  PageUp: 'Page Up',
  PageDown: 'Page Down',
};

/** A chord for display: the keys in order, for key caps. */
export function printedChord(chord: KeyChord, isMac: boolean): readonly string[] {
  return chord.split('+').map((part) => {
    if (part === 'Ctrl') return isMac ? '⌘' : 'Ctrl';
    if (part === 'Alt') return isMac ? '⌥' : 'Alt';
    if (part === 'Shift') return isMac ? '⇧' : 'Shift';
    return printed[part] ?? part.replace(/^(Key|Digit)/, '');
  });
}
