/**
 * Upgrades documents, requests and scene files of older versions. Version 1 had no frame, no placed concepts and
 * other names for some parameters; the values filled in here keep its meaning. Other values pass through unchanged:
 * the schema validates them.
 */

/** Parameters of version 1 by their current names. */
const RENAMED = {
  guidance: 'guidanceScale',
  swapGuidance: 'swapGuidanceScale',
  feather: 'featherPx',
  expand: 'expandLatent',
  edge: 'blendEdgePx',
  conceptPicture: 'conceptImageMode',
} as const;

/** Values of `conceptPicture` by those of `conceptImageMode`. */
const RENAMED_MODES: Readonly<Record<string, string>> = { whole: 'full', placed: 'aligned' };

/** What version 1 did where version 2 has a parameter. */
const VERSION_1_PARAMETERS = {
  startAt: 1,
  solver: 'ddpm',
  bandLatent: 0,
  regionGrowPx: 0,
  detail: 0,
} as const;

/** What version 1 did where version 2 has a field of a concept. */
const VERSION_1_CONCEPT = { front: null, mode: 'replace', placement: null, strength: 1 } as const;

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isVersion1(value: unknown): value is Fields {
  return isFields(value) && value.version === 1;
}

/**
 * Renames parameters to their current names. A parameter given under both names keeps the old one too, so that the
 * schema refuses it.
 */
export function renameParameters(parameters: unknown): unknown {
  if (!isFields(parameters)) return parameters;
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      const renamed = name in RENAMED ? RENAMED[name as keyof typeof RENAMED] : undefined;
      if (renamed === undefined || renamed in parameters) return [name, value];
      return [
        renamed,
        renamed === 'conceptImageMode' && typeof value === 'string' ? (RENAMED_MODES[value] ?? value) : value,
      ];
    }),
  );
}

function upgradeParameters(parameters: unknown): unknown {
  return isFields(parameters)
    ? { ...(renameParameters(parameters) as Fields), ...VERSION_1_PARAMETERS }
    : parameters;
}

function upgradeConcepts(concepts: unknown, added: Fields): unknown {
  return Array.isArray(concepts)
    ? concepts.map((concept) => (isFields(concept) ? { ...concept, ...added } : concept))
    : concepts;
}

/** A scene document (scene-document.ts). */
export function upgradeDocument(document: unknown): unknown {
  if (!isVersion1(document)) return document;
  return {
    ...document,
    version: 2,
    frame: 'whole',
    concepts: upgradeConcepts(document.concepts, VERSION_1_CONCEPT),
    parameters: upgradeParameters(document.parameters),
  };
}

/** A render request (render-request.ts). */
export function upgradeRequest(request: unknown): unknown {
  if (!isVersion1(request)) return request;
  const { scene } = request;
  return {
    ...request,
    version: 2,
    scene: isFields(scene)
      ? { ...scene, frame: 'whole', concepts: upgradeConcepts(scene.concepts, VERSION_1_CONCEPT) }
      : scene,
    parameters: upgradeParameters(request.parameters),
  };
}

/** A scene file, or a plan of one (scene-file.ts). */
export function upgradeSceneFile(scene: unknown): unknown {
  if (!isVersion1(scene)) return scene;
  return {
    ...scene,
    version: 2,
    frame: 'whole',
    concepts: upgradeConcepts(scene.concepts, { strength: 1 }),
    parameters: upgradeParameters(scene.parameters ?? {}),
  };
}
