/** A browser host with a program of its own and a client, for tests. */
import { rmSync } from 'node:fs';
import { expect } from 'vitest';
import type { Studio, StudioOptions } from '../../../electron/app/studio.ts';
import { newToken } from '../../../electron/serve/running-hosts.ts';
import { type RunningServer, type ServerOptions, startServer } from '../../../electron/serve/server.ts';
import { testStudio } from '../app/studio-fixture.ts';
import { TestClient } from './test-client.ts';

export interface TestServer {
  readonly studio: Studio;
  readonly server: RunningServer;
  readonly url: URL;
  readonly client: TestClient;
  /** Errors inside the server. */
  readonly faults: readonly unknown[];
  /** Closes everything, removes the folder, and fails the test if there was an error inside the server. */
  readonly close: () => Promise<void>;
}

/** @param root the program's folders; the page is served from `root/renderer` unless the options say otherwise */
export async function startTestServer(
  root: string,
  options: Partial<ServerOptions> & Pick<ServerOptions, 'rendererFolder'>,
  studioOptions: Partial<StudioOptions> = {},
): Promise<TestServer> {
  const studio = await testStudio(root, studioOptions);
  const faults: unknown[] = [];
  const server = await startServer({
    studio,
    token: newToken(),
    address: '127.0.0.1',
    port: 0,
    onFault: (error) => faults.push(error),
    ...options,
  });
  const url = new URL(server.url);
  const client = await TestClient.connect(url);
  return {
    studio,
    server,
    url,
    client,
    faults,
    close: async () => {
      client.close();
      await server.close();
      await studio.close();
      rmSync(root, { recursive: true });
      expect(faults).toEqual([]);
    },
  };
}
