/** The title of the window or tab: the open project's name, with a dot before it while something is unsaved. */
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useStudio } from '../../session/studio-store.ts';

/** Before the name of a project with unsaved changes (electron/main/windows/edited-title.ts). */
const UNSAVED_MARK = '● ';

/** A component of its own, because every change is unsaved for a moment: the rest of the window is not drawn anew. */
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
