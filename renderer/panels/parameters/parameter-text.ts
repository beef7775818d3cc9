/** A parameter's value in words. */
import { useTranslation } from 'react-i18next';
import type { RenderParameters } from '../../../electron/contract/parameters.ts';
import type { ChoiceName, ParameterName } from '../../editor/parameter-fields.ts';

/** Keys of the texts of choices. */
type ChoiceKey = {
  [Name in ChoiceName]: `parameters.${Name}.choices.${RenderParameters[Name]}`;
}[ChoiceName];

/** The key of the text of a choice. @param value one of the parameter's choices */
export function choiceKey(name: ChoiceName, value: string): ChoiceKey {
  return `parameters.${name}.choices.${value}` as ChoiceKey;
}

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
      case 'attentionLayers':
      case 'solver':
        return t(choiceKey(name, parameters[name]));
      default:
        return String(parameters[name]);
    }
  };
}
