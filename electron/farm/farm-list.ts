/**
 * The farms of this computer, by name, in `farms.json` of the settings folder. Only the command line and the user's
 * text editor write it: a page could otherwise send pictures to a server of its choice (docs/decisions/0203).
 */
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import { assetPlaceSchema, farmNameSchema } from '../contract/farm.ts';
import { writeFileAtomically } from '../foundation/files/atomic-write.ts';
import { withFileLock } from '../foundation/files/file-lock.ts';
import { readJsonFileIfPresent } from '../foundation/files/read-json.ts';
import { validate } from '../foundation/validate.ts';
import { type FarmAddress, serverName } from './farm-address.ts';

const namedFarmSchema = z.strictObject({
  name: farmNameSchema,
  url: z.string(),
  keyFile: z.string().min(1),
  tls: z
    .strictObject({
      caFile: z.string().optional(),
      certFile: z.string().optional(),
      certKeyFile: z.string().optional(),
    })
    .optional(),
  assets: z.union([z.literal('redis'), assetPlaceSchema]).optional(),
});
const farmListSchema = z.strictObject({ version: z.literal(1), farms: z.array(namedFarmSchema) });

export interface NamedFarm extends FarmAddress {
  readonly name: string;
}

/** @throws StudioError FARM_LIST_INVALID */
export async function readFarms(settingsFolder: string): Promise<NamedFarm[]> {
  const path = pathOf(settingsFolder);
  const codes = { missing: 'FARM_LIST_INVALID', invalid: 'FARM_LIST_INVALID' } as const;
  const content = await readJsonFileIfPresent(path, `The list of farms ${path}`, codes);
  if (content === undefined) return [];
  const problem = `${path} is not a list of farms (docs/farm.md)`;
  const { farms } = validate(farmListSchema, content, 'FARM_LIST_INVALID', problem);
  return farms.map(({ tls, ...farm }) => ({ ...farm, ...(tls !== undefined && { tls }) }));
}

/**
 * The farm with a name.
 *
 * @throws StudioError FARM_UNKNOWN, FARM_LIST_INVALID
 */
export async function findFarm(settingsFolder: string, name: string): Promise<NamedFarm> {
  const farms = await readFarms(settingsFolder);
  const found = farms.find((farm) => farm.name === name);
  if (found !== undefined) return found;
  const known =
    farms.length === 0 ? 'There are none yet.' : `There are: ${farms.map((farm) => farm.name).join(', ')}.`;
  throw new StudioError(
    'FARM_UNKNOWN',
    `This computer has no farm "${name}". ${known} Add one with: npx pnpmix farm add`,
  );
}

/** Adds a farm, or changes the one with its name. @throws StudioError USAGE, FARM_LIST_INVALID, FOLDER_UNWRITABLE */
export async function addFarm(settingsFolder: string, farm: NamedFarm): Promise<void> {
  serverName(farm.url);
  const { name, url, tls, assets } = farm;
  const absolute = (path: string | undefined) => path && resolve(path);
  const entry = {
    name,
    url,
    keyFile: resolve(farm.keyFile),
    ...(tls !== undefined && {
      tls: {
        caFile: absolute(tls.caFile),
        certFile: absolute(tls.certFile),
        certKeyFile: absolute(tls.certKeyFile),
      },
    }),
    ...(assets !== undefined && { assets }),
  };
  await change(settingsFolder, (farms) => [...farms.filter((known) => known.name !== name), entry]);
}

/** @throws StudioError FARM_UNKNOWN, FARM_LIST_INVALID, FOLDER_UNWRITABLE */
export async function removeFarm(settingsFolder: string, name: string): Promise<void> {
  await findFarm(settingsFolder, name);
  await change(settingsFolder, (farms) => farms.filter((farm) => farm.name !== name));
}

async function change(
  settingsFolder: string,
  edit: (farms: readonly NamedFarm[]) => readonly NamedFarm[],
): Promise<void> {
  const path = pathOf(settingsFolder);
  await withFileLock(path, async () => {
    const farms = edit(await readFarms(settingsFolder));
    await writeFileAtomically(path, `${JSON.stringify({ version: 1, farms }, null, 2)}\n`);
  });
}

function pathOf(settingsFolder: string): string {
  return join(settingsFolder, 'farms.json');
}
