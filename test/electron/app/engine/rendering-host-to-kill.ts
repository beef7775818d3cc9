/** A host that renders without end, says the process id of its engine and every step, and waits to be killed. */

import { forkEngine } from '../../../../electron/app/engine/engine-child.ts';
import { EngineSupervisor } from '../../../../electron/app/engine/engine-supervisor.ts';
import { tinyScene } from './tiny-engine.ts';

const [config, root] = process.argv.slice(2) as [string, string];
const supervisor = new EngineSupervisor({ config: JSON.parse(config), launch: () => forkEngine() });
const { request, readAsset } = await tinyScene(root, supervisor);
for (let seed = 0; ; seed++) {
  await supervisor.run(
    { kind: 'render', request: request({ seed, steps: 8 }), previews: true },
    {
      signal: new AbortController().signal,
      readAsset,
      onProgress: () => process.send!(supervisor.pid),
    },
  );
}
