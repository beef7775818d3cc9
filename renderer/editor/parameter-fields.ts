/**
 * The parameters in the panel: control, range, and text keys. The ranges are within the contract's, and narrower
 * where a slider over the full range would be useless.
 */
import {
  MAX_ALPHA,
  PAPER_ALPHA,
  PAPER_PARAMETERS,
  type RecommendedParameters,
  type RenderParameters,
} from '../../electron/contract/parameters.ts';

export type ParameterName = keyof RenderParameters;

/** Parameters whose values are words. */
export type ChoiceName = 'conceptImageMode' | 'attentionLayers' | 'solver' | 'ablation';

export type ParameterField =
  | {
      readonly kind: 'slider';
      readonly name:
        | 'beta'
        | 'steps'
        | 'swapGuidanceScale'
        | 'guidanceScale'
        | 'featherPx'
        | 'expandLatent'
        | 'blendEdgePx'
        | 'startAt'
        | 'bandLatent'
        | 'regionGrowPx'
        | 'detail';
      readonly min: number;
      readonly max: number;
      /** The contract's limit for typed values, if larger than the slider's. */
      readonly most?: number;
      readonly step: number;
      /** Whether it is shown without expanding the advanced ones. */
      readonly isBasic: boolean;
    }
  | { readonly kind: 'seed'; readonly name: 'seed'; readonly isBasic: boolean }
  | { readonly kind: 'range'; readonly name: 'attentionSteps'; readonly isBasic: boolean }
  | { readonly kind: 'switch'; readonly name: 'keepOriginalBackground'; readonly isBasic: boolean }
  | {
      readonly kind: 'choice';
      readonly name: ChoiceName;
      readonly choices: readonly string[];
      readonly isBasic: boolean;
    };

export const PARAMETER_FIELDS: readonly ParameterField[] = [
  { kind: 'slider', name: 'beta', min: 0, max: 1, step: 0.05, isBasic: true },
  { kind: 'slider', name: 'steps', min: 1, max: 100, most: 999, step: 1, isBasic: true },
  { kind: 'seed', name: 'seed', isBasic: true },
  { kind: 'choice', name: 'conceptImageMode', choices: ['full', 'subject', 'aligned'], isBasic: true },
  { kind: 'slider', name: 'detail', min: 0, max: 1, step: 0.05, isBasic: false },
  { kind: 'slider', name: 'startAt', min: 0.05, max: 1, step: 0.01, isBasic: false },
  { kind: 'choice', name: 'solver', choices: ['ddpm', 'sde-dpmsolver++'], isBasic: false },
  { kind: 'slider', name: 'swapGuidanceScale', min: 1, max: 10, step: 0.5, isBasic: false },
  { kind: 'slider', name: 'guidanceScale', min: 1, max: 20, step: 0.5, isBasic: false },
  { kind: 'slider', name: 'featherPx', min: 0, max: 64, most: 128, step: 1, isBasic: false },
  { kind: 'slider', name: 'blendEdgePx', min: 0, max: 64, step: 1, isBasic: false },
  { kind: 'slider', name: 'expandLatent', min: 0, max: 8, most: 32, step: 1, isBasic: false },
  { kind: 'slider', name: 'regionGrowPx', min: 0, max: 16, most: 32, step: 1, isBasic: false },
  { kind: 'slider', name: 'bandLatent', min: 0, max: 8, step: 1, isBasic: false },
  { kind: 'choice', name: 'attentionLayers', choices: ['all', 'decoder'], isBasic: false },
  { kind: 'range', name: 'attentionSteps', isBasic: false },
  { kind: 'choice', name: 'ablation', choices: ['a', 'b', 'c', 'd', 'e'], isBasic: false },
  { kind: 'switch', name: 'keepOriginalBackground', isBasic: false },
];

/** Range of the slider for alpha: the contract's full range. */
export const ALPHA_FIELD = { min: 0, max: MAX_ALPHA, step: 0.05 } as const;

/** The values for a reset: the pack's recommendations over the paper's. */
export function defaultParameters(recommended: RecommendedParameters | undefined): RenderParameters {
  const { alpha: _, ...parameters } = recommended ?? {};
  const given = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
  return { ...PAPER_PARAMETERS, ...given };
}

export function defaultAlpha(recommended: RecommendedParameters | undefined): number {
  return recommended?.alpha ?? PAPER_ALPHA;
}

/** Whether a parameter has its default value. */
export function isDefault(name: ParameterName, value: RenderParameters, defaults: RenderParameters): boolean {
  return JSON.stringify(value[name]) === JSON.stringify(defaults[name]);
}

export const PRESET_NAMES = ['recommended', 'paper', 'draft', 'strongAppearance', 'softEdges'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/** The values of a preset, without the seed, so that results before and after can be compared. */
export function preset(
  name: PresetName,
  recommended: RecommendedParameters | undefined,
): { readonly parameters: Partial<RenderParameters>; readonly alpha: number | undefined } {
  const { seed: _, ...defaults } = defaultParameters(recommended);
  switch (name) {
    case 'recommended':
      return { parameters: defaults, alpha: defaultAlpha(recommended) };
    case 'paper': {
      const { seed: __, ...paper } = PAPER_PARAMETERS;
      return { parameters: paper, alpha: PAPER_ALPHA };
    }
    case 'draft':
      return {
        parameters: { steps: Math.max(Math.round(defaults.steps / 2.5), 4), swapGuidanceScale: 1 },
        alpha: undefined,
      };
    case 'strongAppearance':
      return { parameters: {}, alpha: 0.5 };
    case 'softEdges':
      return { parameters: { featherPx: 8, blendEdgePx: 12 }, alpha: undefined };
  }
}
