/** Serves a program's figures for Prometheus. */
import { createServer } from 'node:http';
import type { CommandOption, ParsedOptions } from './command-line/command.ts';
import { listen } from './listen.ts';

export const metricsOptions = {
  'metrics-port': {
    value: 'NUMBER',
    description: 'Serve Prometheus metrics at http://localhost:NUMBER/metrics; 0 picks a free port.',
  },
  'metrics-address': {
    value: 'ADDRESS',
    description: 'Address for metrics; 127.0.0.1 by default, which only this machine can reach.',
  },
} as const satisfies Record<string, CommandOption>;

/** Where metrics are served; undefined without --metrics-port. @throws StudioError USAGE */
export function readMetricsPlace(
  options: ParsedOptions,
): { readonly port: number; readonly address: string } | undefined {
  const port = options.number('metrics-port', { minimum: 0, maximum: 65_535, isWhole: true });
  return port === undefined ? undefined : { port, address: options.text('metrics-address') ?? '127.0.0.1' };
}

/** As prom-client's Registry. */
export interface MetricsRegistry {
  readonly contentType: string;
  readonly metrics: () => Promise<string>;
}

export interface MetricsServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Serves /metrics. @throws StudioError ADDRESS_UNAVAILABLE */
export async function serveMetrics(
  registry: MetricsRegistry,
  { port, address }: { readonly port: number; readonly address: string },
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  const taken = await listen(server, port, address, 'metrics-port');
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${taken}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
