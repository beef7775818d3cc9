/** Follows a farm's queue until the farm is lost, and closes its client then: URL KEY-FILE. */
import { writeSync } from 'node:fs';
import { FarmClient } from '../../../electron/farm/client/farm-client.ts';

const [url, keyFile] = process.argv.slice(2) as [string, string];
const lost = Promise.withResolvers<void>();
const client = await FarmClient.connect({ url, keyFile }, () => lost.resolve());
await client.counts('model');
writeSync(1, 'connected');
await lost.promise;
// The next attempts to read have failed as well.
await new Promise((resolve) => setTimeout(resolve, 1000));
await client.close();
writeSync(1, ' closed');
