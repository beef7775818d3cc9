/** The names in the sample scenes in the window's language, by the English ones; none in English. */
import i18next from 'i18next';

export function sampleNames(): Record<string, string> {
  const names: unknown = i18next.isInitialized && i18next.getResourceBundle(i18next.language, 'samples');
  return (names || {}) as Record<string, string>;
}
