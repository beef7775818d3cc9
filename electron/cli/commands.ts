/** The commands of the command line. */
import type { Command } from './command.ts';
import { composeCommand } from './compose.ts';
import { demoCommand } from './demo.ts';
import { evaluateCommand } from './evaluate.ts';

export const commands: readonly Command[] = [demoCommand, composeCommand, evaluateCommand];
