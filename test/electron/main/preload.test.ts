/** The preload script as bundled: one file, named methods, nothing of Electron. */
import { EventEmitter } from 'node:events';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundlePreload } from '../../../build/build-host.ts';
import type { StudioBridge } from '../../../electron/contract/bridge.ts';
import { commandNames } from '../../../electron/contract/commands.ts';

let code: string;
beforeAll(async () => {
  code = await bundlePreload();
});

function runPreload() {
  const exposed: Record<string, unknown> = {};
  const required: string[] = [];
  const invoked: unknown[][] = [];
  const ipcRenderer = Object.assign(new EventEmitter(), {
    invoke: async (...args: unknown[]) => {
      invoked.push(args);
      return { ok: true, value: null };
    },
  });
  const electron = {
    ipcRenderer,
    contextBridge: {
      exposeInMainWorld: (name: string, value: unknown) => {
        exposed[name] = value;
      },
    },
  };
  const require = (name: string) => {
    required.push(name);
    if (name !== 'electron') throw new Error(`a sandboxed script cannot load ${name}`);
    return electron;
  };
  runInNewContext(code, { require, module: { exports: {} }, exports: {} });
  return { exposed, required, invoked, ipcRenderer, bridge: exposed.pnpMixBridge as StudioBridge };
}

describe('the preload script', () => {
  it('is one small file that needs nothing but electron', () => {
    const { required } = runPreload();
    expect(required).toEqual(['electron']);
    // Without the schemas: they belong to the host and the page.
    expect(code.length).toBeLessThan(10_000);
  });

  it('exposes a method for every command of the contract, and nothing else', async () => {
    const { exposed, bridge, invoked } = runPreload();
    expect(Object.keys(exposed)).toEqual(['pnpMixBridge']);
    expect(Object.keys(bridge)).toEqual(['commands', 'onEvent', 'upload']);
    expect(Object.keys(bridge.commands)).toEqual([...commandNames]);
    await bridge.commands['project.undo']!({ projectId: 'x' });
    const part = { upload: null, bytes: new Uint8Array(2), mediaType: 'image/png', isLast: true };
    await bridge.upload(part);
    expect(invoked).toEqual([
      ['pnp-mix:command', 'project.undo', { projectId: 'x' }],
      ['pnp-mix:upload', part],
    ]);
  });

  it('passes on the contract’s events by name and payload, without the event object itself', () => {
    const { bridge, ipcRenderer } = runPreload();
    const heard: unknown[][] = [];
    const end = bridge.onEvent((...args) => heard.push(args));
    const raw = { sender: 'a way to the sender' };
    ipcRenderer.emit('pnp-mix:event', raw, 'queue.changed', { entries: [] });
    ipcRenderer.emit('pnp-mix:event', raw, 'not.of.the.contract', {});
    ipcRenderer.emit('pnp-mix:event', raw, 7, {});
    end();
    ipcRenderer.emit('pnp-mix:event', raw, 'queue.changed', {});
    expect(heard).toEqual([['queue.changed', { entries: [] }]]);
    expect(ipcRenderer.listenerCount('pnp-mix:event')).toBe(0);
  });
});
