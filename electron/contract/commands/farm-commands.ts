/** Commands on the render farms of this computer. They are added and removed on the command line (docs/farm.md). */
import * as z from 'zod';
import { command, nothing } from '../command.ts';
import { farmNameSchema, farmStateSchema } from '../farm.ts';

export const farmCommands = {
  'farms.list': command('The farms of this computer.', nothing, z.array(farmStateSchema)),
  'farms.check': command(
    'Connects to a farm, and counts its workers.',
    z.strictObject({ name: farmNameSchema }),
    farmStateSchema,
  ),
};
