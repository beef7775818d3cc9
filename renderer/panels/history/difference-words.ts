/** Describes a difference between two render requests. */
import type { TFunction } from 'i18next';
import { frameSchema } from '../../../electron/contract/frame.ts';
import type { RenderDifference } from '../../../electron/contract/render-record.ts';
import type { ParameterName } from '../../editor/parameter-fields.ts';
import { numberOf } from '../widgets/locale.ts';

/** Shares that the window shows in percent. */
const IN_PERCENT = ['placement.scale', 'placement.opacity', 'placement.shadow.opacity'];

/** @param isShort only what changed, and the value after the change */
export function differenceInWords(difference: RenderDifference, t: TFunction, isShort = false): string {
  const { concept, path, a, b } = difference;
  if (path === '') {
    return t(`history.difference.${a === null ? 'added' : 'removed'}`, { what: concept });
  }
  if (concept !== null && path === 'name') return t('history.difference.renamed', { a, b });
  const what = nameOf(difference, t);
  const [before, after] = [inWords(a, path, t), inWords(b, path, t)];
  if (isShort) return after === null ? what : `${what} ${after}`;
  if (before !== null && after !== null) {
    return t('history.difference.changed', { what, a: before, b: after });
  }
  if (a === null) return t('history.difference.added', { what });
  return t(`history.difference.${b === null ? 'removed' : 'picture'}`, { what });
}

function nameOf({ concept, path }: RenderDifference, t: TFunction): string {
  if (concept !== null) {
    return t('history.difference.conceptPart', { name: concept, part: conceptParts(t)[path] ?? path });
  }
  const [first, second, ...rest] = path.split('.');
  if (first === 'parameters' && second !== undefined) {
    return t(`parameters.${second as ParameterName}.name`, { defaultValue: [second, ...rest].join('.') });
  }
  const sceneNames: Record<string, string> = {
    prompt: t('history.difference.scenePrompt'),
    inpaintPrompt: t('history.difference.inpaintPrompt'),
    negativePrompt: t('prepare.negativePrompt'),
    background: t('history.difference.background'),
    inpainted: t('history.difference.inpainted'),
    frame: t('history.difference.frame'),
  };
  return first === 'pack' ? t('history.difference.pack') : (sceneNames[second!] ?? path);
}

function conceptParts(t: TFunction): Record<string, string> {
  return {
    alpha: t('parameters.alpha.name'),
    prompt: t('concept.prompt'),
    image: t('history.difference.image'),
    subject: t('subject.title'),
    mode: t('concept.mode'),
    mask: t('history.difference.mask'),
    front: t('mask.roles.front'),
    order: t('history.difference.order'),
    strength: t('strength.title'),
    placement: t('placement.title'),
    'placement.x': t('placement.x'),
    'placement.y': t('placement.y'),
    'placement.scale': t('placement.scale'),
    'placement.rotationDeg': t('placement.rotation'),
    'placement.flipX': t('placement.flipX'),
    'placement.flipY': t('placement.flipY'),
    'placement.opacity': t('placement.opacity'),
    'placement.softEdgePx': t('placement.softEdge'),
    'placement.shadow': t('placement.shadow'),
    'placement.shadow.offsetXPx': t('placement.shadowX'),
    'placement.shadow.offsetYPx': t('placement.shadowY'),
    'placement.shadow.blurPx': t('placement.shadowBlur'),
    'placement.shadow.opacity': t('placement.shadowOpacity'),
  };
}

/** @returns null for what is not worth reading: absent values, pictures' hashes, and what consists of several values */
function inWords(value: RenderDifference['a'], path: string, t: TFunction): string | null {
  if (path === 'scene.frame') return frameInWords(value, t);
  if (path === 'mode') return t(value === 'place' ? 'concept.modes.place' : 'concept.modes.replace');
  if (path === 'strength' && value === null) return t('strength.auto');
  if (value === '') return t('history.difference.empty');
  if (typeof value === 'boolean') return t(value ? 'history.difference.on' : 'history.difference.off');
  if (typeof value === 'number') {
    return String(Number((IN_PERCENT.includes(path) ? 100 * value : value).toFixed(4)));
  }
  return typeof value === 'string' && !/^[0-9a-f]{64}$/.test(value) ? value : null;
}

function frameInWords(value: RenderDifference['a'], t: TFunction): string {
  const frame = frameSchema.parse(value);
  if (typeof frame === 'string') return t(`frame.choices.${frame}`);
  const { left, top, width, height } = frame;
  return `${numberOf(width)} × ${numberOf(height)} (${left}, ${top})`;
}
