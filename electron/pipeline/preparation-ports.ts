/** What preparing a scene asks of models, beside those of the method (ports.ts). */
import type { NamedImage } from './compose.ts';
import type { CancelSignal } from './ports.ts';
import type { RgbImage } from './processors/image.ts';
import type { Tensor } from './tensor/tensor.ts';

/** In the picture's pixels: left and top inside, right and bottom outside. */
export interface ImageBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A point that was clicked on, in the picture's pixels. */
export interface MaskPoint {
  readonly x: number;
  readonly y: number;
  /** false: not this. */
  readonly isInside: boolean;
}

/** What was clicked on or boxed: a box, or at least one point inside. */
export interface MaskPrompt {
  readonly points: readonly MaskPoint[];
  readonly box: ImageBox | null;
}

/** A mask that a model proposes. */
export interface MaskProposal {
  /** dims [height, width] of the picture, values 0..1. */
  readonly mask: Tensor;
  /** How sure the model is, 0..1. */
  readonly score: number;
  readonly box: ImageBox | null;
}

/** A box that a model found. */
export interface Detection {
  readonly box: ImageBox;
  /** 0..1. */
  readonly score: number;
}

/** Masks what was clicked on or boxed. */
export interface PromptSegmenter {
  /** For the user. */
  readonly name: string;
  /** @returns best first; none where the model sees nothing */
  segment(image: NamedImage, prompt: MaskPrompt, signal?: CancelSignal): Promise<MaskProposal[]>;
  release(): Promise<void>;
}

/** What a phrase is looked for with. */
export interface PhraseQuery {
  readonly phrase: string;
  /** Least score of a box. */
  readonly boxThreshold: number;
  /** Least score of the phrase's words. */
  readonly textThreshold: number;
  /** Of boxes that overlap by more (intersection over union) only the best is kept. */
  readonly overlapThreshold: number;
}

/** What a search left. */
export interface PhraseFindings {
  /** Best first; none where nothing was found. */
  readonly proposals: readonly MaskProposal[];
  /** What the user should know, such as words that the model does not know. */
  readonly notices: readonly string[];
}

/** Finds what a phrase names, and masks of it. */
export interface PhraseSegmenter {
  /** For the user. */
  readonly name: string;
  find(image: NamedImage, query: PhraseQuery, signal?: CancelSignal): Promise<PhraseFindings>;
  /** The subjects that a text names; only a model with a fixed vocabulary can tell them from other words. */
  subjectsIn?(text: string): readonly string[];
  release(): Promise<void>;
}

/** Fills a hole in a picture. */
export interface Inpainter {
  /** For the user. */
  readonly name: string;
  /**
   * @param hole dims [height, width], values 0 or 1; what is 1 is filled
   * @returns the picture with its hole filled; what it has outside the hole is not looked at
   */
  fill(image: RgbImage, hole: Tensor, signal?: CancelSignal): Promise<RgbImage>;
  release(): Promise<void>;
}
