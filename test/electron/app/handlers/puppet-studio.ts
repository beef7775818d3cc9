/** A whole program whose engine a test controls, and a window that calls it. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Studio } from '../../../../electron/app/studio.ts';
import type { CommandInput, CommandName, CommandOutput } from '../../../../electron/contract/commands.ts';
import type { StudioEvent } from '../../../../electron/contract/events.ts';
import type { JobState } from '../../../../electron/contract/jobs.ts';
import type { RenderSummary } from '../../../../electron/contract/render-record.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';
import { Puppet } from '../engine/puppet-engine.ts';
import { callStudio, testStudio } from '../studio-fixture.ts';

export class PuppetStudio {
  readonly events: StudioEvent[] = [];
  readonly puppets: Puppet[] = [];
  readonly studio: Studio;
  /** Home folder and root of everything of this program. */
  readonly root: string;

  private constructor(root: string, studio: Studio, puppets: Puppet[]) {
    this.root = root;
    this.studio = studio;
    this.puppets = puppets;
    studio.listen((event) => this.events.push(event));
  }

  static async start(): Promise<PuppetStudio> {
    const root = temporaryFolder();
    const puppets: Puppet[] = [];
    const studio = await testStudio(root, {
      launchEngine: () => {
        const puppet = new Puppet(puppets.length + 1);
        puppets.push(puppet);
        return puppet.child;
      },
    });
    return new PuppetStudio(root, studio, puppets);
  }

  /** Closes it; no engine may be left. */
  async close(): Promise<void> {
    await this.studio.close();
    expect(this.puppets.filter(({ isAlive }) => isAlive)).toEqual([]);
    rmSync(this.root, { recursive: true });
  }

  call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandOutput<Name>> {
    return callStudio(this.studio, name, input);
  }

  /** The engine, with its pack open and a task given to it. */
  async engineAtWork(): Promise<Puppet> {
    await expect.poll(() => this.puppets.at(-1)?.isAlive).toBe(true);
    const puppet = this.puppets.at(-1)!;
    puppet.open();
    await expect.poll(() => puppet.runIds.length).toBe(1);
    return puppet;
  }

  /** Its log, as it is in the file. */
  logText(): string {
    return readFileSync(join(this.root, 'settings', 'logs', 'studio.log'), 'utf8');
  }

  /** The last reported state of a render. */
  told(renderId: string): RenderSummary | undefined {
    return this.events
      .flatMap(({ event, payload }) => (event === 'render.changed' ? [payload.render] : []))
      .findLast((render) => render.renderId === renderId);
  }

  /** Waits for a job's end. */
  async ended({ jobId }: JobState): Promise<JobState> {
    const get = () => this.call('jobs.get', { jobId });
    await expect.poll(async () => (await get()).state).toMatch(/done|failed|cancelled/);
    return get();
  }
}
