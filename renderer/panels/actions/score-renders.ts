/** Scores renders, and remembers by which score they are ranked. */
import type { ScoreName } from '../../../electron/contract/picture-scores.ts';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { changeEditorSettings } from '../../session/editor-settings.ts';
import { useEditor } from '../../session/editor-store.ts';
import type { Studio } from '../../session/studio.ts';
import { useStudio } from '../../session/studio-store.ts';

/** Opens the sheet of scores. */
export function openScores(studio: Studio, renders: readonly RenderSummary[]): void {
  for (const render of renders) studio.renders.remember(render);
  useEditor.setState({ scored: renders.map(({ renderId }) => renderId), sheet: 'scores' });
}

/** Scores renders that have a picture; a failure is shown where the scores are. */
export async function scoreRenders(studio: Studio, renders: readonly RenderSummary[]): Promise<void> {
  const renderIds = renders.filter(({ result }) => result !== null).map(({ renderId }) => renderId);
  if (renderIds.length === 0) return;
  const job = await studio.client.call('renders.score', { projectId: studio.projectId, renderIds });
  studio.jobs.put(job);
}

export async function setRankingScore(studio: Studio, bestBy: ScoreName): Promise<void> {
  const { editor } = useStudio.getState().settings;
  if (editor.bestBy !== bestBy) await changeEditorSettings(studio.client, () => ({ bestBy }));
}
