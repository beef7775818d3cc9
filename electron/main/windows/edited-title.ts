/** The window's title, which the page sets: it begins with a dot while something is unsaved. */

/** Before the name of a project with unsaved changes (renderer/panels/window/window-title.ts). */
const UNSAVED_MARK = '● ';

/** Whether a title says that something is unsaved: macOS shows it in the window's close button. */
export function isEdited(title: string): boolean {
  return title.startsWith(UNSAVED_MARK);
}
