/** The command line of `models`, as text and parsed. */
import { exitCodes, StudioError } from '../../contract/errors.ts';
import { nearest, parseOptions } from '../../foundation/command-line/parse-options.ts';

export const MODELS_HELP = `models: download, check, import and remove model packs

  models list                     packs and their parts, and what is installed
  models where [--set FOLDER]     the folder that models are kept in; --set chooses another
  models pull PACK                download what is missing of a pack
  models verify PACK              check every installed file by its SHA-256
  models import PACK FOLDER       use models that you have: a diffusers folder, or a hub cache
  models remove PACK              remove what the store put there, and nothing else

  --component ID                  only this part of the pack; may be given several times
  --models-dir FOLDER             keep models there, for this call
  --debug                         on an error, show where it arose and what caused it

  pull, verify --repair
  --accept-licence ID             you have read this licence and accept it; may be given several times
  --size                          pull: say how much would be downloaded, then stop

  verify
  --quick                         sizes and times only
  --repair                        download what is missing or changed again

  import
  --mode MODE                     auto (hard link, else link), hard-link, link or copy

  list
  --json                          as JSON

Only pull, and verify --repair, use the network. Ctrl+C pauses a download; pull continues it.

Environment
  PNPMIX_MODELS_DIR               the folder that models are kept in
  HF_ENDPOINT                     address of the hub, or of a mirror of all of it
  HF_TOKEN                        access token for the hub
  NODE_USE_ENV_PROXY=1            use HTTP_PROXY, HTTPS_PROXY and NO_PROXY

Exit codes: ${Object.values(exitCodes)
  .map(({ code, meaning }) => `${code} ${meaning.replaceAll('`', '')}`)
  .join('\n            ')}
`;

const IMPORT_MODES = ['auto', 'hard-link', 'link', 'copy'] as const;

interface Common {
  readonly modelsFolder: string | undefined;
  readonly components: readonly string[] | undefined;
}

export type ModelsCommand =
  | { readonly name: 'help' }
  | (Common & { readonly name: 'list'; readonly json: boolean })
  | (Common & { readonly name: 'where'; readonly set: string | undefined })
  | (Common & {
      readonly name: 'pull';
      readonly pack: string;
      readonly acceptedLicences: readonly string[];
      readonly sizeOnly: boolean;
    })
  | (Common & {
      readonly name: 'verify';
      readonly pack: string;
      readonly acceptedLicences: readonly string[];
      readonly quick: boolean;
      readonly repair: boolean;
    })
  | (Common & {
      readonly name: 'import';
      readonly pack: string;
      readonly folder: string;
      readonly mode: (typeof IMPORT_MODES)[number];
    })
  | (Common & { readonly name: 'remove'; readonly pack: string });

/** Options that every command takes. */
const SHARED_OPTIONS = ['help', 'models-dir', 'debug'];

/** Which options each command takes besides. */
const OPTIONS_OF: Record<string, readonly string[]> = {
  list: ['json'],
  where: ['set'],
  pull: ['component', 'accept-licence', 'size'],
  verify: ['component', 'accept-licence', 'quick', 'repair'],
  import: ['component', 'mode'],
  remove: ['component'],
};

/** @throws StudioError USAGE */
export function parseModelsArguments(argv: readonly string[]): ModelsCommand {
  const { values, positionals } = parse(argv);
  const [name, ...operands] = positionals;
  if (values.help || name === 'help') return { name: 'help' };
  if (name === undefined) throw usage('Say what to do: list, where, pull, verify, import or remove.');
  const allowed = OPTIONS_OF[name];
  if (allowed === undefined) {
    const meant = nearest(name, Object.keys(OPTIONS_OF));
    throw usage(`There is no command "models ${name}".${meant ? ` Did you mean "models ${meant}"?` : ''}`);
  }
  for (const option of Object.keys(values)) {
    if (!SHARED_OPTIONS.includes(option) && !allowed.includes(option)) {
      throw usage(`"models ${name}" takes no --${option}.`);
    }
  }
  const common = { modelsFolder: values['models-dir'], components: values.component };
  const acceptedLicences = values['accept-licence'] ?? [];
  const wanted = name === 'list' || name === 'where' ? [] : name === 'import' ? ['PACK', 'FOLDER'] : ['PACK'];
  if (operands.length !== wanted.length) {
    throw usage(
      `"models ${name}" takes ${wanted.join(' ') || 'no name'}, not: ${operands.join(' ') || 'nothing'}.`,
    );
  }
  const [pack = '', folder = ''] = operands;
  switch (name) {
    case 'list':
      return { ...common, name, json: values.json ?? false };
    case 'where':
      return { ...common, name, set: values.set };
    case 'pull':
      return { ...common, name, pack, acceptedLicences, sizeOnly: values.size ?? false };
    case 'verify':
      return {
        ...common,
        name,
        pack,
        acceptedLicences,
        quick: values.quick ?? false,
        repair: values.repair ?? false,
      };
    case 'import': {
      const mode = IMPORT_MODES.find((known) => known === (values.mode ?? 'auto'));
      if (mode === undefined) throw usage(`--mode is one of ${IMPORT_MODES.join(', ')}, not ${values.mode}.`);
      return { ...common, name, pack, folder, mode };
    }
    default:
      return { ...common, name: 'remove', pack };
  }
}

function parse(argv: readonly string[]) {
  return parseOptions(argv, {
    help: { type: 'boolean', short: 'h' },
    debug: { type: 'boolean' },
    json: { type: 'boolean' },
    set: { type: 'string' },
    component: { type: 'string', multiple: true },
    'models-dir': { type: 'string' },
    'accept-licence': { type: 'string', multiple: true },
    size: { type: 'boolean' },
    quick: { type: 'boolean' },
    repair: { type: 'boolean' },
    mode: { type: 'string' },
  });
}

function usage(sentence: string): StudioError {
  return new StudioError('USAGE', sentence);
}
