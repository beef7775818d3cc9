/** `--sweep`: varies one or two parameters, as in the paper's Figure 4.5. */

import type { RequestOverrides } from '../app/scenes/scene-request.ts';
import { StudioError } from '../contract/errors.ts';
import { parseNumber } from '../foundation/command-line/command.ts';
import { numericParameters, rangeOfOption } from './parameter-options.ts';

/** A parameter and its values. */
export interface SweepAxis {
  /** Name of the option without its dashes. */
  readonly option: string;
  readonly values: readonly number[];
}

/** Most pictures on one sheet. */
const MOST_PICTURES = 100;

/** Whether an argument reads like an axis rather than a file. */
export function isSweepAxis(text: string): boolean {
  return /^[a-z-]+=[^=]*$/.test(text) && sweepable().includes(text.slice(0, text.indexOf('=')));
}

/**
 * Reads axes such as `alpha=0,0.15,0.5`.
 *
 * @throws StudioError USAGE, PARAMETER_INVALID
 */
export function parseSweep(texts: readonly string[]): readonly SweepAxis[] {
  const axes = texts.map((text): SweepAxis => {
    const [option, values] = text.split('=');
    if (option === undefined || values === undefined || !sweepable().includes(option)) {
      throw new StudioError(
        'USAGE',
        `--sweep takes NAME=VALUE,VALUE,... with the names ${sweepable().join(', ')}; not "${text}".`,
      );
    }
    return {
      option,
      values: values
        .split(',')
        .map((value) => parseNumber(`--sweep ${option}`, value, rangeOfOption(option))),
    };
  });
  if (axes.length > 2) throw new StudioError('USAGE', '--sweep takes one or two parameters.');
  if (axes.length === 2 && axes[0]!.option === axes[1]!.option) {
    throw new StudioError('USAGE', `--sweep has ${axes[0]!.option} twice.`);
  }
  const pictures = axes.reduce((count, { values }) => count * values.length, 1);
  if (pictures > MOST_PICTURES) {
    throw new StudioError(
      'USAGE',
      `--sweep would make ${pictures} pictures; at most ${MOST_PICTURES} fit a sheet.`,
    );
  }
  return axes;
}

function sweepable(): string[] {
  return ['alpha', ...Object.keys(numericParameters)];
}

/** Adds one value of a swept parameter to the overrides. */
export function withSwept(
  overrides: RequestOverrides,
  { option }: SweepAxis,
  value: number,
): RequestOverrides {
  if (option === 'alpha') return { ...overrides, alpha: value };
  const parameter = numericParameters[option as keyof typeof numericParameters];
  return { ...overrides, parameters: { ...overrides.parameters, [parameter]: value } };
}
