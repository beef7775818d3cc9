/** `farm`: makes the studio's key, and shows a farm's workers and queues. */

import { StudioError } from '../contract/errors.ts';
import { farmNameSchema } from '../contract/farm.ts';
import { serverName } from '../farm/farm-address.ts';
import { addFarm, readFarms, removeFarm } from '../farm/farm-list.ts';
import { createStudioKey } from '../farm/studio-key.ts';
import type { Command, CommandContext, CommandGroup } from '../foundation/command-line/command.ts';
import { farmOptions, requireAddress, requireFarm, settingsFolder } from './farm-options.ts';

const keyCommand: Command = {
  name: 'key',
  summary: 'Makes the studio key, which clients and workers of a farm share.',
  usage: '--out FILE',
  details:
    'Anyone with this file can read the farm’s pictures and run jobs. Copy it only over a secure channel.',
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

const addCommand: Command = {
  name: 'add',
  summary: 'Adds a farm to this computer, so that the editor and compose know it by a name.',
  usage: 'NAME --queue redis://HOST:PORT --key FILE',
  details: 'A farm with the same name is replaced. Tries the address first.',
  operands: ['NAME'],
  options: farmOptions,
  run: async ({ options, positionals, print, result }) => {
    const name = farmNameSchema.safeParse(positionals[0]);
    if (!name.success) throw new StudioError('USAGE', 'A farm’s name has 1 to 60 characters.');
    const address = requireAddress(options, process.env);
    const { FarmClient } = await import('../farm/client/farm-client.ts');
    await (await FarmClient.connect(address)).close();
    await addFarm(settingsFolder(), { name: name.data, ...address });
    result({ farm: name.data });
    print(`The editor can render on ${name.data} now: Settings > Render on.`);
  },
};

const removeCommand: Command = {
  name: 'remove',
  summary: 'Removes a farm from this computer; the farm itself stays.',
  usage: 'NAME',
  operands: ['NAME'],
  options: {},
  run: async ({ positionals, print, result }) => {
    await removeFarm(settingsFolder(), positionals[0]!);
    result({ farm: positionals[0]! });
    print(`Removed ${positionals[0]}.`);
  },
};

const listCommand: Command = {
  name: 'list',
  summary: 'Lists the farms of this computer.',
  usage: '',
  operands: [],
  options: {},
  run: async ({ print, result }) => {
    const farms = (await readFarms(settingsFolder())).map(({ name, url, keyFile }) => ({
      name,
      server: serverName(url),
      keyFile,
    }));
    result({ farms });
    for (const { name, server, keyFile } of farms) print(`${name}: ${server}, key ${keyFile}`);
    if (farms.length === 0)
      print('There are none. Add one with: npx pnpmix farm add NAME --queue URL --key FILE');
  },
};

const statusCommand: Command = {
  name: 'status',
  summary: 'Shows a farm’s workers, models and queues.',
  usage: '--queue NAME | --queue redis://HOST:PORT --key FILE',
  operands: [],
  options: farmOptions,
  run: showStatus,
};

export const farmCommands: CommandGroup = {
  name: 'farm',
  summary: 'Makes the key of a render farm, adds farms to this computer, shows their state.',
  details: 'A farm renders on more machines than one: docs/farm.md.',
  commands: [keyCommand, addCommand, listCommand, removeCommand, statusCommand],
};

async function showStatus({ options, print, result }: CommandContext): Promise<void> {
  const { FarmClient } = await import('../farm/client/farm-client.ts');
  const client = await FarmClient.connect(await requireFarm(options, process.env));
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
