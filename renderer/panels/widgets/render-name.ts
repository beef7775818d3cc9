/** A render's display name: the user's name for it, else its time. */
import i18next from 'i18next';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { timeOf } from './locale.ts';

export function renderName({ name, createdAt }: Pick<RenderSummary, 'name' | 'createdAt'>): string {
  return name ?? i18next.t('history.of', { time: timeOf(createdAt) });
}
