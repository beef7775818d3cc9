/**
 * The sheets next to the canvas. Keyboard and screen readers stay in the open one; the pointer can still use the
 * canvas, to look at what the sheet is about (docs/decisions/0129).
 */
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
import { ScoresSheet } from './scores-sheet.tsx';
import { SettingsSheet } from './settings-sheet.tsx';
import { SweepSheet } from './sweep-sheet.tsx';

const sheets: Readonly<Record<SheetName, { content: ComponentType; size: number | string }>> = {
  settings: { content: SettingsSheet, size: 460 },
  help: { content: HelpSheet, size: 460 },
  guide: { content: GuideSheet, size: 720 },
  models: { content: ModelsSheet, size: 520 },
  about: { content: AboutSheet, size: 460 },
  // Half of a wide window: its cells are there to be compared.
  sweep: { content: SweepSheet, size: 'clamp(760px, 50vw, 1800px)' },
  projects: { content: ProjectsSheet, size: '100%' },
  history: { content: HistorySheet, size: 560 },
  scores: { content: ScoresSheet, size: 520 },
};

const OVERLAYS = '[role="dialog"], [role="menu"], [role="listbox"]';

export function Sheets() {
  const { t } = useTranslation();
  const name = useEditor((state) => state.sheet);
  useFocusInSheet(name);
  const titles: Record<SheetName, string> = {
    settings: t('settings.title'),
    help: t('help.title'),
    guide: t('help.guide'),
    models: t('models.title'),
    about: t('about.title'),
    sweep: t('sweep.title'),
    projects: t('project.recent'),
    history: t('history.title'),
    scores: t('scores.title'),
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
      transitionProps={{ duration: 120 }}
      classNames={{ inner: 'sheet-inner', content: 'sheet', title: 'sheet-title' }}
    >
      <Drawer.Content>
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

/** Restores the focus when the sheet closes, and returns it to the open sheet on Tab. */
function useFocusInSheet(name: SheetName | null): void {
  /** The last focused element outside sheets and menus, which are gone by then. */
  const lastOutside = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    document.addEventListener(
      'focusin',
      ({ target }) => {
        const isOutside = target instanceof HTMLElement && target.closest(OVERLAYS) === null;
        if (isOutside) lastOutside.current = target;
      },
      { signal: stop.signal },
    );
    return () => stop.abort();
  }, []);
  useEffect(() => {
    if (name === null) return;
    const opener = lastOutside.current;
    const stop = new AbortController();
    document.addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Tab' || document.activeElement?.closest(OVERLAYS)) return;
        event.preventDefault();
        document.querySelector<HTMLElement>('.sheet')?.focus();
      },
      { signal: stop.signal },
    );
    return () => {
      stop.abort();
      // A user who moved to the canvas stays there.
      if (document.activeElement !== document.body && !document.activeElement?.closest('.sheet')) return;
      const target = opener?.isConnected ? opener : document.querySelector<HTMLElement>('.scene-canvas');
      target?.focus({ preventScroll: true });
    };
  }, [name]);
}
