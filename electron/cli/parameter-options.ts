/** Options for the parameters of a render, shared by the commands that render. */

import type { RequestOverrides } from '../app/scenes/scene-request.ts';
import { StudioError } from '../contract/errors.ts';
import { type Frame, frameSchema } from '../contract/frame.ts';
import { alphaSchema, type RenderParameters, renderParametersSchema } from '../contract/parameters.ts';
import {
  type CommandOption,
  type NumberRange,
  type ParsedOptions,
  parseNumber,
  rangeOf,
} from '../foundation/command-line/command.ts';

export const parameterOptions = {
  alpha: {
    value: 'NUMBER|NAME=NUMBER',
    multiple: true,
    description: 'Appearance strength of all concepts, or of the one named; 0 to 2.',
  },
  beta: {
    value: 'NUMBER',
    description: 'How much of the inpainted background surrounds each object; 0 to 1.',
  },
  steps: { value: 'COUNT', description: 'Number of denoising steps; 1 to 999.' },
  seed: { value: 'NUMBER', description: 'Random seed: the same seed gives the same picture.' },
  guidance: { value: 'NUMBER', description: 'Text guidance scale; 1 turns it off, 20 is the most.' },
  'swap-guidance': { value: 'NUMBER', description: 'Swap guidance scale; 1 turns it off, 10 is the most.' },
  layers: { value: 'all|decoder', description: 'Self-attention layers that use the concept’s appearance.' },
  'attention-steps': {
    value: 'FROM..TO',
    description: 'Part of the steps in which they do, such as 0..0.8.',
  },
  'concept-image': {
    value: 'full|subject|aligned',
    description:
      'How to use each concept image: all of it, its subject, or its subject aligned to the region.',
  },
  'start-at': {
    value: 'SHARE',
    description: 'Share of the noise at which blending starts; 1 starts from noise alone, 0.05 is the least.',
  },
  solver: {
    value: 'ddpm|sde-dpmsolver++',
    description:
      'How each step is computed: the paper’s way, or LEDITS++’s second-order one, which needs fewer steps.',
  },
  'region-grow': {
    value: 'PIXELS',
    description: 'Margin by which the method’s regions grow, at the model’s size.',
  },
  band: {
    value: 'COUNT',
    description: 'Width of the transition band around each concept, in latent elements.',
  },
  detail: {
    value: 'SHARE',
    description: 'How much of the detail lost by the autoencoder to restore; 0 to 1.',
  },
  frame: {
    value: 'auto|whole|LEFT,TOP,WIDTH,HEIGHT',
    description: 'The part of the background that the model sees, in background pixels.',
  },
  strength: {
    value: 'SHARE',
    description: 'How much of the model’s changes to use, for all concepts; 0 to 1.',
  },
  ablation: { value: 'a..e', description: 'Row of the paper’s ablation study; e is the full method.' },
  feather: { value: 'PIXELS', description: 'Width of the masks’ soft edge; 0 is the paper’s hard edge.' },
  expand: { value: 'COUNT', description: 'Margin of the rectangle around each mask, in latent elements.' },
  edge: {
    value: 'PIXELS',
    description: 'Width of the fade into the kept background outside the masks; 0 keeps every pixel there.',
  },
  'no-keep-background': {
    description: 'Show the background as the autoencoder decodes it, not its own pixels.',
  },
} as const satisfies Record<string, CommandOption>;

/** Numeric parameters by their options. */
export const numericParameters = {
  beta: 'beta',
  steps: 'steps',
  seed: 'seed',
  guidance: 'guidanceScale',
  'swap-guidance': 'swapGuidanceScale',
  feather: 'featherPx',
  expand: 'expandLatent',
  edge: 'blendEdgePx',
  'start-at': 'startAt',
  'region-grow': 'regionGrowPx',
  band: 'bandLatent',
  detail: 'detail',
} as const satisfies Record<string, keyof RenderParameters>;

const ALPHA_RANGE = rangeOf(alphaSchema);

/** @param option `alpha` or a key of {@link numericParameters} */
export function rangeOfOption(option: string): NumberRange {
  return option === 'alpha'
    ? ALPHA_RANGE
    : rangeOfParameter(numericParameters[option as keyof typeof numericParameters]);
}

function rangeOfParameter(parameter: keyof RenderParameters): NumberRange {
  return rangeOf(renderParametersSchema.shape[parameter]);
}

/**
 * Reads the options.
 *
 * @throws StudioError USAGE, PARAMETER_INVALID naming the option and what it accepts
 */
export function readOverrides(options: ParsedOptions): RequestOverrides {
  const numbers = Object.entries(numericParameters).flatMap(([option, parameter]) => {
    const value = options.number(option, rangeOfParameter(parameter));
    return value === undefined ? [] : [[parameter, value] as const];
  });
  const layers = options.text('layers');
  const ablation = options.text('ablation');
  const solver = options.text('solver');
  const conceptImage = options.text('concept-image');
  const attentionSteps = options.text('attention-steps');
  const parameters = {
    ...Object.fromEntries(numbers),
    ...(layers !== undefined && { attentionLayers: oneOf('layers', layers, ['all', 'decoder']) }),
    ...(solver !== undefined && { solver: oneOf('solver', solver, ['ddpm', 'sde-dpmsolver++']) }),
    ...(conceptImage !== undefined && {
      conceptImageMode: oneOf('concept-image', conceptImage, ['full', 'subject', 'aligned']),
    }),
    ...(ablation !== undefined && { ablation: oneOf('ablation', ablation, ['a', 'b', 'c', 'd', 'e']) }),
    ...(attentionSteps !== undefined && { attentionSteps: parseRange(attentionSteps) }),
    ...(options.has('no-keep-background') && { keepOriginalBackground: false }),
  } satisfies Partial<RenderParameters>;
  const frame = options.text('frame');
  const strength = options.number('strength', { minimum: 0, maximum: 1, isWhole: false });
  return {
    parameters,
    ...readAlphas(options.texts('alpha')),
    ...(frame !== undefined && { frame: parseFrame(frame) }),
    ...(strength !== undefined && { strength }),
  };
}

function oneOf<const Choice extends string>(name: string, text: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw new StudioError('USAGE', `--${name} takes ${choices.join(', ')}; not "${text}".`);
}

function parseFrame(text: string): Frame {
  // Nothing between two commas is no number, and not 0.
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [left, top, width, height] = numbers;
  const frame = frameSchema.safeParse(numbers.length === 4 ? { left, top, width, height } : text);
  if (frame.success) return frame.data;
  throw new StudioError('USAGE', `--frame takes auto, whole or LEFT,TOP,WIDTH,HEIGHT; not "${text}".`);
}

function parseRange(text: string): { from: number; to: number } {
  const [from, to, ...rest] = text.split('..');
  if (from === undefined || to === undefined || rest.length > 0) {
    throw new StudioError('USAGE', `--attention-steps takes FROM..TO, such as 0..0.8; not "${text}".`);
  }
  const share = { minimum: 0, maximum: 1, isWhole: false };
  const range = {
    from: parseNumber('--attention-steps', from, share),
    to: parseNumber('--attention-steps', to, share),
  };
  if (range.from <= range.to) return range;
  throw new StudioError('PARAMETER_INVALID', `--attention-steps runs backwards: "${text}".`);
}

/** A name may contain an equals sign, a number cannot: split at the last one. */
function readAlphas(texts: readonly string[]): Pick<RequestOverrides, 'alpha' | 'alphaByConcept'> {
  const alphaByConcept = new Map<string, number>();
  let alpha: number | undefined;
  for (const text of texts) {
    const separator = text.lastIndexOf('=');
    if (separator < 0) alpha = parseNumber('--alpha', text, ALPHA_RANGE);
    else
      alphaByConcept.set(
        text.slice(0, separator),
        parseNumber('--alpha', text.slice(separator + 1), ALPHA_RANGE),
      );
  }
  return { ...(alpha !== undefined && { alpha }), alphaByConcept };
}
