/** Who gets into a farm's Redis: users limited to the farm's keys, and certificates of both sides. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { FarmClient } from '../../../electron/farm/client/farm-client.ts';
import { connectFarm } from '../../../electron/farm/farm-connection.ts';
import { workersKey } from '../../../electron/farm/farm-names.ts';
import { controlsOf, hasRedis, playedEngine, requestOf, useFarm } from './farm-fixture.ts';
import { findRedis, freePort } from './redis-server.ts';

const farm = useFarm();
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** A certificate authority, and certificates of a server and a client. */
function makeCertificates(folder: string): void {
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  const newKey = ['-newkey', 'rsa:2048', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=farm');
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1');
  for (const name of ['server', 'client']) {
    openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', '/CN=localhost');
    const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...authority, '-extfile', 'names', '-out', `${name}.pem`);
  }
}

describe.skipIf(!hasRedis)('a farm’s Redis', () => {
  test('serves users who may use the farm’s keys and nothing else, as docs/farm.md has them', async () => {
    const { redis } = await farm.connect();
    const document = readFileSync(join('docs', 'farm.md'), 'utf8');
    const users = [...document.matchAll(/^user (worker|artist|scaler) on >PASSWORD (.+)$/gm)];
    expect(users.map(([, name]) => name)).toEqual(['worker', 'artist', 'scaler']);
    for (const [, name, rules] of users) {
      await redis.call('ACL', 'SETUSER', name!, 'reset', 'on', '>secret', ...rules!.split(' '));
    }
    const urlOf = (name: string) => farm.server.url.replace('redis://', `redis://${name}:secret@`);
    const { keyFile } = farm.address;
    const { worker } = await farm.worker(playedEngine(), 'limited', { url: urlOf('worker') });
    const client = await FarmClient.connect({ url: urlOf('artist'), keyFile });
    expect((await client.render(requestOf(1), controlsOf())).machine).toBe('limited');
    expect(client.server).toBe(farm.server.url);
    expect(await client.workers()).toHaveLength(1);
    await client.close();
    const list = client.waitingList(worker.model);
    await worker.drain();

    const limited = await connectFarm({ url: urlOf('artist'), keyFile });
    await expect(limited.redis.set('another', '1')).rejects.toThrow('NOPERM');
    await expect(limited.redis.flushall()).rejects.toThrow('NOPERM');
    await expect(limited.redis.call('CONFIG', 'GET', '*')).rejects.toThrow('NOPERM');
    // An artist is no worker.
    await expect(limited.redis.hset(workersKey(limited.key), 'a', 'b')).rejects.toThrow('NOPERM');
    limited.disconnect();
    const scaler = await connectFarm({ url: urlOf('scaler'), keyFile });
    // As KEDA does.
    const script =
      "return redis.call(redis.call('type', KEYS[1]).ok == 'zset' and 'zcard' or 'llen', KEYS[1])";
    expect(await scaler.redis.eval(script, 1, list)).toBe(0);
    await expect(scaler.redis.lrange(list, 0, -1)).rejects.toThrow('NOPERM');
    await expect(scaler.redis.llen(workersKey(scaler.key))).rejects.toThrow('NOPERM');
    scaler.disconnect();
    await expect(connectFarm({ url: urlOf('stranger'), keyFile })).rejects.toMatchObject({
      code: 'FARM_UNREACHABLE',
    });
  });

  test.skipIf(!hasOpenssl)('takes encrypted connections with the right certificates only', async () => {
    makeCertificates(farm.root);
    const file = (name: string) => join(farm.root, name);
    const port = await freePort();
    const server = spawn(
      findRedis()!,
      [
        ...['--port', '0', '--tls-port', `${port}`, '--save', '', '--tls-auth-clients', 'yes'],
        ...['--tls-cert-file', file('server.pem'), '--tls-key-file', file('server.key')],
        ...['--tls-ca-cert-file', file('ca.pem')],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], cwd: farm.root },
    );
    try {
      for await (const line of createInterface({ input: server.stdout })) {
        if (line.includes('Ready to accept connections')) break;
      }
      const { keyFile } = farm.address;
      const url = `rediss://127.0.0.1:${port}`;
      const caFile = file('ca.pem');
      const client = { certFile: file('client.pem'), certKeyFile: file('client.key') };
      const connected = await FarmClient.connect({ url, keyFile, tls: { caFile, ...client } });
      expect(await connected.workers()).toEqual([]);
      await connected.close();
      for (const tls of [{}, { caFile }, client]) {
        await expect(connectFarm({ url, keyFile, tls })).rejects.toMatchObject({ code: 'FARM_UNREACHABLE' });
      }
    } finally {
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    }
  });
});
