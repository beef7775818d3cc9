/** `farm`: makes the studio's key, and shows a farm's workers and queues. */

import { StudioError } from '../contract/errors.ts';
import { createStudioKey } from '../farm/studio-key.ts';
import type { Command, CommandContext, CommandGroup } from '../foundation/command-line/command.ts';
import { farmOptions, requireFarmAddress } from './farm-options.ts';

const keyCommand: Command = {
  name: 'key',
  summary: 'Makes the studio key, which clients and workers of a farm share.',
  usage: '--out FILE',
  details:
    'Whoever has this file can read the farm’s pictures and run jobs: copy it over a safe channel only.',
  operands: [],
  options: { out: { value: 'FILE', description: 'Where to write the key.' } },
  run: async ({ options, print, result }) => {
    const out = options.text('out');
    if (out === undefined) throw new StudioError('USAGE', 'farm key needs --out FILE.');
    await createStudioKey(out);
    result({ key: out });
    print(out);
  },
};

const statusCommand: Command = {
  name: 'status',
  summary: 'Shows a farm’s workers, models and queues.',
  usage: '--queue redis://HOST:PORT --key FILE',
  operands: [],
  options: farmOptions,
  run: showStatus,
};

export const farmCommands: CommandGroup = {
  name: 'farm',
  summary: 'Makes the key of a render farm, and shows its state.',
  details: 'A farm renders on more machines than one: docs/farm.md.',
  commands: [keyCommand, statusCommand],
};

async function showStatus({ options, print, result }: CommandContext): Promise<void> {
  const { FarmClient } = await import('../farm/client/farm-client.ts');
  const client = await FarmClient.connect(requireFarmAddress(options, process.env));
  try {
    const [workers, models] = await Promise.all([client.workers(), client.models()]);
    const queues = await Promise.all(
      models.map(async ({ model, pack }) => ({
        model,
        pack: pack.identity.id,
        version: pack.identity.version,
        name: pack.name,
        waitingList: client.waitingList(model),
        ...(await client.counts(model)),
        reason: await client.reasonToWait(model),
      })),
    );
    result({ server: client.server, workers, queues });
    print(`${client.server}: ${workers.length} worker(s)`);
    for (const { machine, device, state, jobsDone, model } of workers) {
      const pack = queues.find((queue) => queue.model === model)?.name ?? model;
      print(`  ${machine} (${device.name}): ${state}, ${jobsDone} job(s) done, ${pack}`);
    }
    for (const { name, pack, waiting, active, failed, reason, waitingList } of queues) {
      print(`${name} (${pack}): ${waiting} waiting, ${active} running, ${failed} failed`);
      if (reason !== null) print(`  jobs wait: ${reason}`);
      print(`  list for autoscalers: ${waitingList}`);
    }
  } finally {
    await client.close();
  }
}
