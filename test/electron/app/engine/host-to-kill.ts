/** A host that opens an engine, prints its process id, and waits to be killed. */
import { forkEngine } from '../../../../electron/app/engine/engine-child.ts';
import { EngineSupervisor } from '../../../../electron/app/engine/engine-supervisor.ts';

const supervisor = new EngineSupervisor({ config: JSON.parse(process.argv[2]!), launch: () => forkEngine() });
await supervisor.open();
process.send!(supervisor.pid);
setInterval(() => undefined, 1000);
