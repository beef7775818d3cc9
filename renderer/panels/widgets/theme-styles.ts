/**
 * The component library's colours as a constructed style sheet. The library would write them into a style element,
 * which the page's policy (style-src 'self') blocks; a constructed sheet is allowed.
 */
import {
  convertCssVariables,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core';
import { studioTheme } from './theme.ts';

export function adoptThemeStyles(): void {
  const variables = defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, studioTheme));
  // Darker and lighter than the library's: AA on every background of this window.
  variables.light['--mantine-color-dimmed'] = '#555d65';
  variables.dark['--mantine-color-dimmed'] = '#a9b1b9';
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(convertCssVariables(variables));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
