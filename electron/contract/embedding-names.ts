/**
 * Where prompts name textual-inversion embeddings: `embedding:NAME`, as in ComfyUI, or NAME alone as a word, as in
 * A1111. Case does not matter. The longest name that fits wins.
 */
import type { RenderRequest } from './render-request.ts';

/** A part of a text: plain, or the name of an embedding. */
export interface PromptPart {
  readonly text: string;
  /** Index of its first character in the text. */
  readonly start: number;
  /** The embedding that it names, as listed; undefined for plain text. */
  readonly name?: string;
  /** `embedding:...` without such an embedding. */
  readonly isUnknown?: boolean;
}

/** Characters of a name that follow "embedding:". */
const PREFIXED = /embedding:[\p{L}\p{N}_.-]*/giu;
const WORD = /[\p{L}\p{N}_]/u;

/**
 * @param names of the embeddings, without extensions
 * @returns the parts in order; together they are the text
 */
export function splitAtEmbeddings(text: string, names: readonly string[]): PromptPart[] {
  const sorted = names.toSorted((a, b) => b.length - a.length);
  const found: (PromptPart & { end: number })[] = [];
  const isFree = (start: number, end: number) =>
    found.every((part) => end <= part.start || start >= part.end);
  const stands = (start: number, end: number) =>
    (start === 0 || !WORD.test(text[start - 1]!)) && (end === text.length || !WORD.test(text[end]!));
  for (const name of sorted) {
    if (name === '') continue;
    const literal = name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    for (const { 0: whole, index: start } of text.matchAll(new RegExp(`(?:embedding:)?${literal}`, 'giu'))) {
      const end = start + whole.length;
      if (!stands(start, end) || !isFree(start, end)) continue;
      found.push({ text: text.slice(start, end), start, end, name });
    }
  }
  for (const { 0: whole, index } of text.matchAll(PREFIXED)) {
    const end = index + whole.length;
    if (isFree(index, end)) found.push({ text: whole, start: index, end, isUnknown: true });
  }
  const parts: PromptPart[] = [];
  let at = 0;
  for (const { end, ...part } of found.toSorted((a, b) => a.start - b.start)) {
    if (part.start > at) parts.push({ text: text.slice(at, part.start), start: at });
    parts.push(part);
    at = end;
  }
  if (at < text.length) parts.push({ text: text.slice(at), start: at });
  return parts;
}

/** The embeddings that prompts name, each once, by name. */
export function embeddingsNamed<Embedding extends { readonly name: string }>(
  prompts: readonly string[],
  embeddings: readonly Embedding[],
): Embedding[] {
  if (embeddings.length === 0) return [];
  const names = embeddings.map(({ name }) => name);
  const used = new Set(
    prompts.flatMap((prompt) =>
      splitAtEmbeddings(prompt.replaceAll(/\\([\\()[\]])/g, '$1'), names).flatMap(({ name }) => name ?? []),
    ),
  );
  return embeddings
    .filter(({ name }) => used.has(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** A request with the embeddings that its prompts name, of those that are available for its model. */
export function withEmbeddings(
  request: RenderRequest,
  available: readonly { readonly name: string; readonly sha256: string }[] = [],
): RenderRequest {
  const { scene, pack } = request;
  const own = [scene.prompt, scene.inpaintPrompt, scene.negativePrompt ?? ''];
  const prompts = [...own, ...scene.concepts.map(({ prompt }) => prompt)];
  const { embeddings: _, ...rest } = pack;
  const used = embeddingsNamed(prompts, available).map(({ name, sha256 }) => ({ name, sha256 }));
  return { ...request, pack: used.length === 0 ? rest : { ...rest, embeddings: used } };
}
