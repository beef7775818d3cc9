/** The window: header, tools and scene on the left, canvas, parameters on the right, history and status below. */
import { Button, Center, Loader, MantineProvider, Stack, Text, Title } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Studio } from '../../session/studio.ts';
import { StudioContext, start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { WatchWarnings } from '../flow/watch-warnings.ts';
import { LivePreview } from '../parameters/live-preview.ts';
import { Sheets } from '../sheets/sheets.tsx';
import { isLanguage, setLanguage, systemLanguage } from '../texts/texts.ts';
import { studioTheme } from '../widgets/theme.ts';
import { Announcer } from './announcer.tsx';
import { CommandPalette } from './command-palette.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { HeaderBar } from './header-bar.tsx';
import { StatusBar } from './status-bar.tsx';
import { ToolRail } from './tool-rail.tsx';
import { useFiles } from './use-files.ts';
import { useKeys } from './use-keys.ts';
import { useReloadPictures } from './use-reload-pictures.ts';
import { WindowTitle } from './window-title.ts';
import { Workspace } from './workspace.tsx';

export function App({ studio }: { studio: Studio }) {
  const theme = useStudio((state) => state.settings.theme);
  return (
    <MantineProvider
      theme={studioTheme}
      withCssVariables={false}
      withGlobalClasses={false}
      defaultColorScheme="auto"
      {...(theme === 'system' ? {} : { forceColorScheme: theme })}
    >
      <Notifications position="bottom-center" limit={4} />
      <StudioContext value={studio}>
        <Window />
      </StudioContext>
    </MantineProvider>
  );
}

function Window() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const phase = useStudio((state) => state.phase);
  const failure = useStudio((state) => state.failure);
  const connection = useStudio((state) => state.connection);
  const language = useStudio((state) => state.settings.editor.language);
  useEffect(() => {
    start(() => setLanguage(isLanguage(language) ? language : systemLanguage()));
  }, [language]);

  if (phase === 'starting') {
    return (
      <Center component="main" h="100vh">
        <Stack align="center">
          <Loader />
          <Title order={1} size="h4">
            {t('app.starting')}
          </Title>
          {connection !== 'connected' && connection !== 'lost' && (
            <Text role="alert" maw={480}>
              {t(`app.connection.${connection}`)}
            </Text>
          )}
        </Stack>
      </Center>
    );
  }
  if (phase === 'failed') {
    return (
      <Center component="main" h="100vh">
        <Stack align="center" maw={480}>
          <Title order={1} size="h3">
            {t('app.cannotStart')}
          </Title>
          <Text>{failure}</Text>
          <Button onClick={() => start(() => studio.start())}>{t('app.tryAgain')}</Button>
        </Stack>
      </Center>
    );
  }
  return <Editor />;
}

/** State that it subscribes to re-renders the whole window, so it must not subscribe to what changes with every edit. */
export function Editor() {
  const { t } = useTranslation();
  useKeys();
  useReloadPictures();
  useFiles();
  return (
    <div className="studio">
      <a className="skip-link" href="#canvas">
        {t('app.skipToCanvas')}
      </a>
      <HeaderBar />
      <ToolRail />
      <Workspace />
      <LivePreview />
      <WatchWarnings />
      <StatusBar />
      <Announcer />
      <WindowTitle />
      <Sheets />
      <ExportDialog />
      <CommandPalette />
    </div>
  );
}
