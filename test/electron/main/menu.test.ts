/** The menu bar and the editor agree: the editor has every action that the menu names. */
import type { MenuItemConstructorOptions } from 'electron';
import { expect, test } from 'vitest';
import type { EventPayload } from '../../../electron/contract/events.ts';
import { menuTemplate } from '../../../electron/main/menu.ts';
import { isActionName } from '../../../renderer/editor/shortcuts.ts';

/** Clicks every item, including submenus. @returns how many had an action */
function clickAll(items: readonly MenuItemConstructorOptions[]): number {
  let clicked = 0;
  for (const { click, submenu } of items) {
    if (click) {
      (click as () => void)();
      clicked++;
    }
    if (Array.isArray(submenu)) clicked += clickAll(submenu);
  }
  return clicked;
}

test.each(['darwin', 'win32', 'linux'] as const)(
  'every item of the menu on %s asks for something the editor has',
  (platform) => {
    const asked: EventPayload<'host.request'>[] = [];
    let windows = 0;
    const items = menuTemplate({
      platform,
      isDeveloping: false,
      recent: ['/projects/one & two.pnpmix'],
      ask: (request) => asked.push(request),
      openWindow: () => windows++,
    });
    expect(clickAll(items)).toBe(asked.length + windows);
    expect(windows).toBe(1);
    expect(asked.filter((request) => request.what === 'openProject')).toEqual([
      { what: 'openProject', path: '/projects/one & two.pnpmix' },
    ]);
    const actions = asked.flatMap((request) => (request.what === 'action' ? [request.action] : []));
    expect(actions.length).toBeGreaterThan(10);
    expect(actions.filter((action) => !isActionName(action))).toEqual([]);
  },
);
