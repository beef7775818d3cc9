/**
 * Live drafts under random orders of requests, answers and ends: at most one runs, none is unwanted, each is handled
 * once.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptySceneDocument } from '../../../electron/contract/scene-document.ts';
import {
  type DraftEffect,
  type DraftEvent,
  noDrafts,
  stepDrafts,
} from '../../../renderer/session/draft-machine.ts';

type State = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** A host, and the machine that calls it; calls stay pending until they are answered. */
class Play {
  machine = noDrafts;
  readonly states = new Map<string, State>();
  readonly removed: string[] = [];
  reports = 0;
  call: Extract<DraftEffect, { callId: number }> | undefined;
  wishes = 0;

  send(event: DraftEvent): void {
    const { machine, effects } = stepDrafts(this.machine, event);
    this.machine = machine;
    for (const effect of effects) {
      if (effect.kind === 'report') this.reports++;
      else if (effect.kind === 'remove' || effect.kind === 'retire') this.removed.push(effect.renderId);
      else {
        expect(this.call, 'one call at a time').toBeUndefined();
        this.call = effect;
      }
    }
  }

  want(): void {
    this.send({ kind: 'wanted', document: { ...emptySceneDocument(), prompt: `${this.wishes++}` } });
  }

  answer(isRefused: boolean): void {
    const { call } = this;
    if (!call) return;
    this.call = undefined;
    const { callId } = call;
    if (isRefused) {
      this.send({ kind: 'refused', callId, error: 'no' });
    } else if (call.kind === 'enqueue') {
      const renderId = call.document.prompt;
      this.states.set(renderId, 'queued');
      this.send({ kind: 'queued', callId, render: { renderId, state: 'queued' } });
    } else {
      if (this.isUnderWay(call.renderId)) this.end(call.renderId, 'cancelled');
      this.send({ kind: 'cancelled', callId });
    }
  }

  end(renderId: string, state: State): void {
    this.states.set(renderId, state);
    this.send({ kind: 'changed', render: { renderId, state } });
  }

  isUnderWay(renderId: string): boolean {
    return ['queued', 'running'].includes(this.states.get(renderId) ?? '');
  }

  get underWay(): string[] {
    return [...this.states.keys()].filter((renderId) => this.isUnderWay(renderId));
  }
}

const action = fc.record({
  what: fc.constantFrom('want', 'want', 'stop', 'answer', 'answer', 'answer', 'refuse', 'end'),
  state: fc.constantFrom<State>('running', 'done', 'failed'),
});

test('at most one is in progress, none once drafts are off, and at most one stays in the history', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), fc.boolean(), (actions, isOffAtEnd) => {
      const play = new Play();
      let cancelsRefused = 0;
      for (const { what, state } of actions) {
        if (what === 'want') play.want();
        else if (what === 'stop') play.send({ kind: 'stopped' });
        else if (what === 'answer') play.answer(false);
        else if (what === 'refuse') {
          if (play.call?.kind === 'cancel') cancelsRefused++;
          play.answer(true);
        } else {
          const [renderId] = play.underWay;
          if (renderId !== undefined) play.end(renderId, state);
        }
        // One that could not be cancelled runs to its end next to the following one.
        expect(play.underWay.length).toBeLessThanOrEqual(1 + cancelsRefused);
      }
      if (isOffAtEnd) play.send({ kind: 'stopped' });
      for (let calls = 0; play.call && calls < 100; calls++) play.answer(false);
      expect(play.call).toBeUndefined();
      if (isOffAtEnd) expect(play.underWay.length).toBeLessThanOrEqual(cancelsRefused);
      for (const renderId of play.underWay) play.end(renderId, 'done');
      const kept = [...play.states].filter(
        ([renderId, state]) => state !== 'cancelled' && !play.removed.includes(renderId),
      );
      expect(kept.length).toBeLessThanOrEqual(1);
      expect(new Set(play.removed).size).toBe(play.removed.length);
      expect(play.machine.wanted).toBeNull();
      expect(play.machine.dropped.size).toBe(0);
    }),
    { numRuns: 2000 },
  );
});
