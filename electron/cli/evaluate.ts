import type { Command } from './command.ts';
export const evaluateCommand: Command = {
  name: 'evaluate',
  summary: '',
  usage: '',
  options: {},
  run: async () => {},
};
