/** The module names of LDM and sgm for a U-Net, by diffusers' names. */

const outerModules: Readonly<Record<string, string>> = {
  'time_embedding.linear_1': 'time_embed.0',
  'time_embedding.linear_2': 'time_embed.2',
  'add_embedding.linear_1': 'label_emb.0.0',
  'add_embedding.linear_2': 'label_emb.0.2',
  conv_in: 'input_blocks.0.0',
  conv_out: 'out.2',
};

const residualParts: Readonly<Record<string, string>> = {
  conv1: 'in_layers.2',
  time_emb_proj: 'emb_layers.1',
  conv2: 'out_layers.3',
  conv_shortcut: 'skip_connection',
};

/**
 * @param modules paths in diffusers' naming, of one U-Net with the same number of layers on all levels
 * @returns the other name by diffusers' path, for modules that have one
 */
export function ldmModuleNames(modules: readonly string[]): Map<string, string> {
  const known = new Set(modules);
  const has = (prefix: string) => modules.some((module) => module.startsWith(prefix));
  let layers = 0;
  while (has(`down_blocks.0.resnets.${layers}.`)) layers++;
  const names = new Map<string, string>();
  for (const module of known) {
    const name = nameOf(module, layers, has);
    if (name !== undefined) names.set(module, name);
  }
  return names;
}

function nameOf(module: string, layers: number, has: (prefix: string) => boolean): string | undefined {
  const outer = outerModules[module];
  if (outer !== undefined) return outer;
  const middle = /^mid_block\.(resnets|attentions)\.(\d+)\.(.+)$/.exec(module);
  if (middle !== null) {
    const [, kind, index, rest = ''] = middle;
    return kind === 'attentions'
      ? `middle_block.1.${rest}`
      : `middle_block.${2 * Number(index)}.${inner(rest)}`;
  }
  const found = /^(down|up)_blocks\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.+)$/.exec(
    module,
  );
  if (found === null) return undefined;
  const [, direction, level, kind, index, rest = ''] = found;
  const perLevel = layers + 1;
  if (kind === 'downsamplers') return `input_blocks.${1 + Number(level) * perLevel + layers}.0.op`;
  if (kind === 'upsamplers') {
    const place = has(`up_blocks.${level}.attentions.${layers}.`) ? 2 : 1;
    return `output_blocks.${Number(level) * perLevel + layers}.${place}.conv`;
  }
  const block = Number(level) * perLevel + Number(index);
  const path = direction === 'down' ? `input_blocks.${1 + block}` : `output_blocks.${block}`;
  return kind === 'resnets' ? `${path}.0.${inner(rest)}` : `${path}.1.${rest}`;
}

function inner(part: string): string {
  return residualParts[part] ?? part;
}
