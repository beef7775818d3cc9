/** Interfaces to the models for preparing a scene, in addition to ports.ts. */
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

/** A clicked point, in the picture's pixels. */
export interface MaskPoint {
  readonly x: number;
  readonly y: number;
  /** false excludes what is there. */
  readonly isInside: boolean;
}

/** Clicks and boxes: a box, or at least one point inside. */
export interface MaskPrompt {
  readonly points: readonly MaskPoint[];
  readonly box: ImageBox | null;
}

/** A mask proposed by a model. */
export interface MaskProposal {
  /** dims [height, width] of the picture, values 0..1. */
  readonly mask: Tensor;
  /** The model's confidence, 0..1. */
  readonly score: number;
  readonly box: ImageBox | null;
}

/** A box found by a model. */
export interface Detection {
  readonly box: ImageBox;
  /** 0..1. */
  readonly score: number;
}

/** Makes masks from clicks and boxes. */
export interface PromptSegmenter {
  /** For the user. */
  readonly name: string;
  /** @returns best first; empty if the model finds nothing */
  segment(image: NamedImage, prompt: MaskPrompt, signal?: CancelSignal): Promise<MaskProposal[]>;
  release(): Promise<void>;
}

/** Settings for detecting a phrase. */
export interface PhraseQuery {
  readonly phrase: string;
  /** Lowest score of a box. */
  readonly boxThreshold: number;
  /** Lowest score of the phrase's words. */
  readonly textThreshold: number;
  /** Of boxes that overlap by more than this (intersection over union), only the best is kept. */
  readonly overlapThreshold: number;
}

/** A notice for the user: a code and the parameters of its text, which the contract has (notices.ts there). */
export interface PhraseNotice {
  readonly code: 'PHRASE_WORDS_IGNORED' | 'PHRASE_UNKNOWN' | 'PHRASE_OF_SEVERAL' | 'MORE_FOUND';
  readonly parameters: Readonly<Record<string, string | number | readonly string[]>>;
}

/** The result of a detection. */
export interface PhraseFindings {
  /** Best first; empty if nothing was found. */
  readonly proposals: readonly MaskProposal[];
  /** Notices for the user, such as words that the model does not know. */
  readonly notices: readonly PhraseNotice[];
}

/** Detects the subject of a phrase and masks it. */
export interface PhraseSegmenter {
  /** For the user. */
  readonly name: string;
  find(image: NamedImage, query: PhraseQuery, signal?: CancelSignal): Promise<PhraseFindings>;
  /** Every subject that a model with a fixed vocabulary can find. */
  readonly subjects?: readonly string[];
  /** The subjects in a text; only a model with a fixed vocabulary can distinguish them from other words. */
  subjectsIn?(text: string): readonly string[];
  release(): Promise<void>;
}

/** Finds the salient subject of a picture without a phrase. */
export interface SubjectSegmenter {
  /** Display name. */
  readonly name: string;
  /** @returns undefined if nothing stands out */
  find(image: NamedImage, signal?: CancelSignal): Promise<MaskProposal | undefined>;
  release(): Promise<void>;
}

/** Fills a hole in a picture. */
export interface Inpainter {
  /** For the user. */
  readonly name: string;
  /**
   * @param hole dims [height, width], values 0 or 1; elements of 1 are filled
   * @returns the picture with its hole filled; its pixels outside the hole are ignored
   */
  fill(image: RgbImage, hole: Tensor, signal?: CancelSignal): Promise<RgbImage>;
  release(): Promise<void>;
}
