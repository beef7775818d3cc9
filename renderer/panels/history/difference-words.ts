/** Describes a difference between two render requests. */
import type { TFunction } from 'i18next';
import type { RenderDifference } from '../../../electron/contract/render-record.ts';
import type { ParameterName } from '../../editor/parameter-fields.ts';

/** Whether a value is a picture's hash, which is not worth reading. */
function isAsset(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

/**
 * @param difference with a path such as "parameters.beta", "scene.prompt" or "concepts.my cat.alpha"
 * @param isShort only what changed, and the value after the change
 */
export function differenceInWords({ path, a, b }: RenderDifference, t: TFunction, isShort = false): string {
  const what = nameOf(path, t);
  if (isShort) return isAsset(b) || b === null ? what : `${what} ${inWords(b, t)}`;
  if (isAsset(a) && isAsset(b)) return t('history.difference.picture', { what });
  if (a === null) return t('history.difference.added', { what });
  if (b === null) return t('history.difference.removed', { what });
  return t('history.difference.changed', { what, a: inWords(a, t), b: inWords(b, t) });
}

function nameOf(path: string, t: TFunction): string {
  const parts = path.replace(/^scene\./, '').split('.');
  const [first, ...rest] = parts;
  if (first === 'parameters' && rest.length > 0) {
    return t(`parameters.${rest[0] as ParameterName}.name`, { defaultValue: rest.join('.') });
  }
  if (first === 'concepts' && rest.length > 0) {
    // A concept's name may contain dots; only the last part is fixed.
    const partNames: Record<string, string> = {
      alpha: t('parameters.alpha.name'),
      prompt: t('concept.prompt'),
      image: t('history.difference.image'),
      subject: t('subject.title'),
      mask: t('history.difference.mask'),
      front: t('mask.roles.front'),
      order: t('history.difference.order'),
      name: t('concept.name'),
    };
    const part = partNames[rest.at(-1)!];
    if (rest.length === 1 || part === undefined) return rest.join('.');
    return t('history.difference.conceptPart', { name: rest.slice(0, -1).join('.'), part });
  }
  const sceneNames: Record<string, string> = {
    prompt: t('history.difference.scenePrompt'),
    inpaintPrompt: t('history.difference.inpaintPrompt'),
    negativePrompt: t('prepare.negativePrompt'),
    background: t('history.difference.background'),
    inpainted: t('history.difference.inpainted'),
    pack: t('history.difference.pack'),
  };
  return sceneNames[first!] ?? path;
}

function inWords(value: unknown, t: TFunction): string {
  if (value === '') return t('history.difference.empty');
  if (typeof value === 'boolean') return t(value ? 'history.difference.on' : 'history.difference.off');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
