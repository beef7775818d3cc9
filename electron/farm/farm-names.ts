/**
 * Names of queues and keys in Redis. Each contains `pnpmix-<studio>`, for access rules, and braces around what Redis
 * Cluster has to keep on one node.
 */
import { createHash } from 'node:crypto';
import { FARM_CONTRACT } from '../contract/farm.ts';
import type { AssetId, RenderRequest } from '../contract/render-request.ts';
import { keyedName } from './sealed-box.ts';
import type { StudioKey } from './studio-key.ts';

/** Name of all queues; their prefixes differ. */
export const QUEUE_NAME = 'renders';

/** How many ended jobs of each kind stay in a queue, and how long, for clients that come back. */
export const KEEP_ENDED = { age: 24 * 3600, count: 20_000 };

/** A model by what decides its pictures: weights, autoencoder, and LoRAs with their weights, by content. */
export function modelName(key: StudioKey, { weights, vae, loras = [] }: RenderRequest['pack']): string {
  const parts = [
    weights,
    vae?.sha256 ?? '',
    ...loras.map(({ sha256, weight }) => `${sha256} ${weight}`).sort(),
  ];
  return keyedName(key, `model ${parts.join('\n')}`).slice(0, 16);
}

/** BullMQ's prefix for a model's queue. */
export function queuePrefix({ studioId }: StudioKey, model: string, contract = FARM_CONTRACT): string {
  return `{pnpmix-${studioId}-${contract}-${model}}`;
}

/** The list of waiting jobs, for autoscalers. */
export function waitingListKey(key: StudioKey, model: string): string {
  return `${queuePrefix(key, model)}:${QUEUE_NAME}:wait`;
}

/**
 * A job by its request and what it is for: the same render asked for again is the same job.
 *
 * @param outputId such as the id of a render
 */
export function jobName(key: StudioKey, request: RenderRequest, outputId: string): string {
  const hash = createHash('sha256').update(JSON.stringify(request)).digest('hex');
  return keyedName(key, `job ${hash} ${outputId}`);
}

/** Everything about a picture has this prefix. */
export function assetKey(key: StudioKey, id: AssetId): string {
  return `{pnpmix-${key.studioId}-asset-${keyedName(key, `asset ${id}`)}}`;
}

/** A picture's object in S3, after the farm's prefix. */
export function assetObject(key: StudioKey, id: AssetId): string {
  return `pnpmix-${key.studioId}/${keyedName(key, `asset ${id}`)}`;
}

/** Where pictures are, if not in Redis. */
export function assetPlaceKey({ studioId }: StudioKey): string {
  return `pnpmix-${studioId}-asset-place`;
}

/** Sorted set of the pictures in Redis by the time when they expire. */
export function assetIndexKey({ studioId }: StudioKey): string {
  return `pnpmix-${studioId}-assets`;
}

export function cancelKey({ studioId }: StudioKey, jobId: string): string {
  return `pnpmix-${studioId}-cancel-${jobId}`;
}

export function previewKey({ studioId }: StudioKey, jobId: string): string {
  return `pnpmix-${studioId}-preview-${jobId}`;
}

/** Hash of the workers: id to announcement. */
export function workersKey({ studioId }: StudioKey): string {
  return `pnpmix-${studioId}-workers`;
}

/** Hash of the models that workers have offered. */
export function modelsKey({ studioId }: StudioKey): string {
  return `pnpmix-${studioId}-models-${FARM_CONTRACT}`;
}

/**
 * A scene by what nothing of its inversions can be reused without: model, pictures, seed and steps.
 *
 * @param model see {@link modelName}
 */
export function sceneName(key: StudioKey, model: string, { scene, parameters }: RenderRequest): string {
  const { background, concepts } = scene;
  const { seed, steps } = parameters;
  const parts = [model, background, concepts.map(({ image }) => image).sort(), seed, steps];
  return keyedName(key, `scene ${JSON.stringify(parts)}`);
}

/** The worker that has a scene. */
export function sceneKey({ studioId }: StudioKey, scene: string): string {
  return `pnpmix-${studioId}-scene-${scene}`;
}

/** Expires a fixed time after a job was first put back for another worker. */
export function handoverKey({ studioId }: StudioKey, jobId: string): string {
  return `pnpmix-${studioId}-handover-${jobId}`;
}
