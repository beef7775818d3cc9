/** The sheets beside the canvas. They hold nothing up: the canvas can be used while one is open. */
import { Drawer } from '@mantine/core';
import { type ComponentType, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { type SheetName, useEditor } from '../../session/editor-store.ts';
import { HistorySheet } from '../history/history-sheet.tsx';
import { AboutSheet } from './about-sheet.tsx';
import { GuideSheet } from './guide-sheet.tsx';
import { HelpSheet } from './help-sheet.tsx';
import { ModelsSheet } from './models-sheet.tsx';
import { ProjectsSheet } from './projects-sheet.tsx';
import { SettingsSheet } from './settings-sheet.tsx';
import { SweepSheet } from './sweep-sheet.tsx';

const sheets: Readonly<Record<SheetName, { content: ComponentType; size: number }>> = {
  settings: { content: SettingsSheet, size: 460 },
  help: { content: HelpSheet, size: 460 },
  guide: { content: GuideSheet, size: 720 },
  models: { content: ModelsSheet, size: 520 },
  about: { content: AboutSheet, size: 460 },
  sweep: { content: SweepSheet, size: 760 },
  projects: { content: ProjectsSheet, size: 460 },
  history: { content: HistorySheet, size: 560 },
};

export function Sheets() {
  const { t } = useTranslation();
  const name = useEditor((state) => state.sheet);
  // Where the focus goes back to.
  const opener = useRef<Element | null>(null);
  useEffect(() => {
    if (name === null) return;
    opener.current = document.activeElement;
    return () => {
      if (opener.current instanceof HTMLElement) opener.current.focus();
    };
  }, [name]);
  const titles: Record<SheetName, string> = {
    settings: t('settings.title'),
    help: t('help.title'),
    guide: t('help.guide'),
    models: t('models.title'),
    about: t('about.title'),
    sweep: t('sweep.title'),
    projects: t('project.recent'),
    history: t('history.title'),
  };
  if (name === null) return null;
  const { content: Content, size } = sheets[name];
  return (
    <Drawer.Root
      key={name}
      opened
      onClose={() => useEditor.setState({ sheet: null })}
      position="right"
      size={size}
      lockScroll={false}
      trapFocus={false}
      transitionProps={{ duration: 120 }}
      classNames={{ inner: 'sheet-inner', content: 'sheet', title: 'sheet-title' }}
    >
      <Drawer.Content aria-modal={false}>
        <div className="sheet-head">
          <Drawer.Title>{titles[name]}</Drawer.Title>
          <Drawer.CloseButton aria-label={t('app.close')} />
        </div>
        <Drawer.Body>
          <Content />
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
