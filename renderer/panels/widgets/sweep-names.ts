/** The parameters of a sweep in words. */
import { useTranslation } from 'react-i18next';
import type { SweepParameter, SweepPlace } from '../../../electron/contract/sweep.ts';

export interface SweepNames {
  readonly ofParameter: (parameter: SweepParameter) => string;
  /** As its control is named. */
  readonly inFull: (parameter: SweepParameter) => string;
  /** Such as "Suppression = 0.8". */
  readonly ofPlace: (place: SweepPlace) => string;
}

export function useSweepNames(): SweepNames {
  const { t } = useTranslation();
  const ofParameter = (parameter: SweepParameter) => {
    if (parameter === 'alpha' || parameter === 'beta') return t(`parameters.short.${parameter}`);
    return parameter === 'strength' ? t('strength.title') : t(`parameters.${parameter}.name`);
  };
  const inFull = (parameter: SweepParameter) =>
    parameter === 'strength' ? t('strength.title') : t(`parameters.${parameter}.name`);
  return { ofParameter, inFull, ofPlace: ({ parameter, value }) => `${ofParameter(parameter)} = ${value}` };
}
