/** "Copy diagnostics": a report for the clipboard that can be sent to a developer. */
import i18next from 'i18next';
import type { RenderId, RenderRecord } from '../../electron/contract/render-record.ts';
import { reportNotice } from './notices.ts';
import type { Studio } from './studio.ts';

/**
 * Copies what the host says of itself, and the numbers of a render where the report is about one: never its pictures,
 * prompts or names.
 *
 * @param renderId of a render in the open project
 * @throws StudioError what the host answers; a DOMException when the browser keeps the clipboard to itself
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

/** The sentence of an error may name what somebody calls a thing; its code does not. */
function renderNumbers({ state, error, device, timingsMs, peakMemoryBytes, request }: RenderRecord) {
  const { parameters, pack, scene } = request;
  const concepts = scene.concepts.length;
  return { state, code: error?.code ?? null, device, timingsMs, peakMemoryBytes, parameters, pack, concepts };
}
