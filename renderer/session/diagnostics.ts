/** "Copy diagnostics": a report for the clipboard that can be sent to a developer. */
import i18next from 'i18next';
import type { RenderId, RenderRecord } from '../../electron/contract/render-record.ts';
import { reportNotice } from './notices.ts';
import type { Studio } from './studio.ts';

/**
 * Copies the host's diagnostics and, for a report about a render, its numbers: never its pictures, prompts or names.
 *
 * @param renderId of a render in the open project
 * @throws StudioError the host's errors; a DOMException when the browser denies access to the clipboard
 */
export async function copyDiagnostics(studio: Studio, renderId?: RenderId): Promise<void> {
  const { client, projectId } = studio;
  const diagnostics = await client.call('app.diagnostics', {});
  const render = renderId === undefined ? null : await client.call('renders.get', { projectId, renderId });
  const report = {
    ...diagnostics,
    browser: navigator.userAgent,
    ...(render !== null && { render: renderNumbers(render) }),
  };
  await navigator.clipboard.writeText(JSON.stringify(report, null, 2));
  reportNotice(i18next.t('app.diagnosticsCopied'), { kind: 'success' });
}

/** The sentence of an error may contain the user's names; its code does not. */
function renderNumbers({ state, error, device, timingsMs, peakMemoryBytes, request }: RenderRecord) {
  const { parameters, pack, scene } = request;
  const concepts = scene.concepts.length;
  return { state, code: error?.code ?? null, device, timingsMs, peakMemoryBytes, parameters, pack, concepts };
}
