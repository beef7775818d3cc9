/** The title of the window or tab: the open project's name, with a dot before it while something is unsaved. */
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useStudio } from '../../session/studio-store.ts';

/** Before the name of a project with unsaved changes (electron/main/windows/edited-title.ts). */
const UNSAVED_MARK = '● ';

/** Renders nothing. A separate component, so that the unsaved mark, which changes with every edit, re-renders no panel. */
export function WindowTitle(): null {
  const { t } = useTranslation();
  const name = useStudio((state) => state.project?.state.name);
  const isUnsaved = useStudio((state) => (state.project?.pending ?? 0) > 0);
  useEffect(() => {
    const program = t('app.name');
    document.title = name === undefined ? program : `${isUnsaved ? UNSAVED_MARK : ''}${name} – ${program}`;
  }, [t, name, isUnsaved]);
  return null;
}
