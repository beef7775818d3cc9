/** A parameter's value in words. */
import { useTranslation } from 'react-i18next';
import type { RenderParameters } from '../../../electron/contract/parameters.ts';
import type { ParameterName } from '../../editor/parameter-fields.ts';

export function useParameterText(): (name: ParameterName, parameters: RenderParameters) => string {
  const { t } = useTranslation();
  return (name, parameters) => {
    switch (name) {
      case 'attentionSteps': {
        const { from, to } = parameters.attentionSteps;
        return `${Math.round(from * 100)} %–${Math.round(to * 100)} %`;
      }
      case 'keepOriginalBackground':
        return t(parameters.keepOriginalBackground ? 'history.difference.on' : 'history.difference.off');
      case 'conceptImageMode':
        return t(`parameters.conceptImageMode.choices.${parameters.conceptImageMode}`);
      case 'attentionLayers':
        return t(`parameters.attentionLayers.choices.${parameters.attentionLayers}`);
      default:
        return String(parameters[name]);
    }
  };
}
