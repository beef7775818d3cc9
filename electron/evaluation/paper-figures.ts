/**
 * The paper's results (tables 4.1 and 4.3): TCLIP, ICLIP and IDINO with Stable Diffusion 2.1 on photographs. Its
 * metrics and pictures differ from ours: the order of the rows can be compared, the numbers cannot.
 */
import { PAPER_PARAMETERS, type RenderParameters } from '../contract/parameters.ts';

export interface PaperFigures {
  /** Cosine of CLIP's embeddings of the prompt and the result. */
  readonly tclip: number;
  /** Cosine of CLIP's embeddings of the concept image and the result's region. */
  readonly iclip: number;
  /** The same with DINO. */
  readonly idino: number;
}

/** Table 4.3, the ablation; row e is also table 4.1's PnP-MIX. */
export const paperAblation: Readonly<Record<RenderParameters['ablation'], PaperFigures>> = {
  a: { tclip: 0.3737, iclip: 0.8623, idino: 0.6005 },
  b: { tclip: 0.3733, iclip: 0.8711, idino: 0.6232 },
  c: { tclip: 0.3743, iclip: 0.8655, idino: 0.613 },
  d: { tclip: 0.381, iclip: 0.883, idino: 0.6502 },
  e: { tclip: 0.3823, iclip: 0.8841, idino: 0.6542 },
};

/** Table 4.1: the methods that the paper compares with. */
export const paperComparison: Readonly<Record<string, PaperFigures>> = {
  'Custom Diffusion': { tclip: 0.348, iclip: 0.8078, idino: 0.4657 },
  Perfusion: { tclip: 0.3044, iclip: 0.7616, idino: 0.3267 },
  'Mix-of-Show': { tclip: 0.3206, iclip: 0.792, idino: 0.4262 },
};

const { startAt, solver, regionGrowPx, bandLatent, detail } = PAPER_PARAMETERS;

/** The parameters beyond the paper at the values of its method, regardless of a pack's recommendation. */
export const extensionsOff = { startAt, solver, regionGrowPx, bandLatent, detail };

/** Table 4.2: seconds on an NVIDIA A40 for one picture of several concepts at 512 x 512. */
export const paperTotalTime: Readonly<
  Record<string, { readonly training: number; readonly inference: number; readonly total: number }>
> = {
  'Custom Diffusion': { training: 814, inference: 13, total: 827 },
  Perfusion: { training: 7115, inference: 7, total: 7122 },
  'Mix-of-Show': { training: 1509, inference: 16, total: 1525 },
  'PnP-MIX': { training: 0, inference: 151, total: 151 },
};
