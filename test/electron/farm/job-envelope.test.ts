/** Jobs of a farm: only those signed with the studio's key for this place and version are opened. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import { FARM_CONTRACT, type JobEnvelope } from '../../../electron/contract/farm.ts';
import { modelName } from '../../../electron/farm/farm-names.ts';
import { assetsOf, makeEnvelope, openEnvelope } from '../../../electron/farm/job-envelope.ts';
import { openFailure, sealFailure } from '../../../electron/farm/job-failure.ts';
import { open, seal, sign } from '../../../electron/farm/sealed-box.ts';
import { deriveStudioKey } from '../../../electron/farm/studio-key.ts';
import { pictures, requestOf } from './farm-fixture.ts';

const key = deriveStudioKey(randomBytes(32));
const stranger = deriveStudioKey(randomBytes(32));
const request = requestOf(1);
const body = { request, assets: assetsOf(request), previews: false, outputId: 'output', createdAtMs: 1 };
const place = { jobId: 'job', model: modelName(key, request.pack) };

/** The error code that refuses a job of this form. */
function refusal(envelope: unknown, at = place): unknown {
  try {
    openEnvelope(key, envelope, at);
    return 'opened';
  } catch (error) {
    return (error as StudioError).code;
  }
}

describe('a job', () => {
  test('is decrypted unchanged, and lists all its pictures', () => {
    expect(openEnvelope(key, makeEnvelope(key, 'job', body), place)).toEqual(body);
    expect(body.assets).toEqual([...pictures.keys()]);
  });

  test('reveals nothing of its request', () => {
    const text = JSON.stringify(makeEnvelope(key, 'job', body));
    // Three letters alone stand in base64 by chance, in one run of a hundred.
    for (const secret of ['secret', '"cat"', request.scene.background, request.pack.weights, 'output']) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, 8));
    }
  });

  test('with another key is refused', () => {
    const envelope = makeEnvelope(stranger, 'job', body);
    expect(refusal({ ...envelope, model: place.model })).toBe('FARM_JOB_REFUSED');
  });

  test('is refused if anything in it was changed', () => {
    const envelope = makeEnvelope(key, 'job', body);
    const other = makeEnvelope(key, 'job', { ...body, createdAtMs: 2 });
    const changes: Partial<JobEnvelope>[] = [
      { sealed: other.sealed },
      { signature: other.signature },
      { jobId: 'another' },
      { contract: FARM_CONTRACT + 1 },
    ];
    for (const change of changes) expect(refusal({ ...envelope, ...change })).toBe('FARM_JOB_REFUSED');
    for (const junk of [null, 'job', {}, { ...envelope, more: 1 }])
      expect(refusal(junk)).toBe('FARM_JOB_REFUSED');
  });

  test('is refused in another place than it was signed for', () => {
    const envelope = makeEnvelope(key, 'job', body);
    expect(refusal(envelope, { ...place, jobId: 'another' })).toBe('FARM_JOB_REFUSED');
    expect(refusal(envelope, { ...place, model: 'another' })).toBe('FARM_JOB_REFUSED');
  });

  test.each([FARM_CONTRACT + 1, FARM_CONTRACT - 1 || FARM_CONTRACT + 2])(
    'of contract %i is refused by its version',
    (contract) => {
      const { sealed } = makeEnvelope(key, 'job', body);
      const header = { contract, jobId: 'job', model: place.model };
      const text = `job ${contract} job ${place.model}\n${sealed}`;
      expect(refusal({ ...header, sealed, signature: sign(key, text) })).toBe('FARM_VERSION');
    },
  );
});

describe('a sealed text', () => {
  test('opens only with its key and label', () => {
    const sealed = seal(key, 'result 1', Buffer.from('secret'));
    expect(open(key, 'result 1', sealed).toString()).toBe('secret');
    expect(() => open(stranger, 'result 1', sealed)).toThrow('cannot be decrypted');
    expect(() => open(key, 'result 2', sealed)).toThrow('cannot be decrypted');
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed[index]! ^= 1;
      expect(() => open(key, 'result 1', changed)).toThrow('cannot be decrypted');
    }
  });

  test('is different each time', () => {
    expect(seal(key, 'a', Buffer.from('b'))).not.toEqual(seal(key, 'a', Buffer.from('b')));
  });
});

describe('a failure', () => {
  test('shows its code, and its sentence only to the studio', () => {
    const text = sealFailure(key, 'job', new StudioError('MASK_EMPTY', 'The mask of the cat is empty.'));
    expect(text).toMatch(/^MASK_EMPTY /);
    expect(text).not.toContain('cat');
    expect(openFailure(key, 'job', text)).toMatchObject({
      code: 'MASK_EMPTY',
      message: 'The mask of the cat is empty.',
    });
  });

  test('that was forged says so; BullMQ’s own is passed on', () => {
    const forged = sealFailure(stranger, 'job', new StudioError('CANCELLED', ''));
    expect(openFailure(key, 'job', forged).code).toBe('FARM_JOB_REFUSED');
    expect(openFailure(key, 'job', 'job stalled more than allowable limit')).toMatchObject({
      code: 'ENGINE_CRASHED',
      message: expect.stringContaining('stalled'),
    });
  });
});

test('a model is identified by its weights, autoencoder and LoRAs, in any order, and by nothing else', () => {
  const a = { name: 'a', sha256: 'a'.repeat(64), weight: 1 };
  const b = { name: 'b', sha256: 'b'.repeat(64), weight: 0.5 };
  const { pack } = request;
  const name = modelName(key, { ...pack, loras: [a, b] });
  expect(modelName(key, { ...pack, id: 'renamed', loras: [{ ...b, name: 'c' }, a] })).toBe(name);
  expect(modelName(key, { ...pack, loras: [a] })).not.toBe(name);
  expect(modelName(key, { ...pack, loras: [a, { ...b, weight: 0.6 }] })).not.toBe(name);
  expect(modelName(stranger, { ...pack, loras: [a, b] })).not.toBe(name);
});
