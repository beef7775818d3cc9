/** The menu bar and the editor agree: the editor has every action that the menu names. */
import type { MenuItemConstructorOptions } from 'electron';
import { expect, test } from 'vitest';
import type { EventPayload } from '../../../electron/contract/events.ts';
import { hostTexts } from '../../../electron/main/host-texts.ts';
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
      texts: hostTexts('en').menu,
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

/** Every item that is shown, including submenus. */
function itemsOf(items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return items
    .filter(({ type }) => type !== 'separator')
    .flatMap((item) => [item, ...(Array.isArray(item.submenu) ? itemsOf(item.submenu) : [])]);
}

test.each(['darwin', 'win32', 'linux'] as const)('no item of the menu on %s stays English', (platform) => {
  const items = itemsOf(
    menuTemplate({
      platform,
      isDeveloping: true,
      texts: hostTexts('ko-KR').menu,
      recent: [],
      ask: () => undefined,
      openWindow: () => undefined,
    }),
  );
  // macOS puts the program's name over its first menu.
  const named = items.filter(({ role }) => role !== 'appMenu');
  expect(
    named.filter(({ label }) => !/[가-힣]/.test(label ?? '')).map(({ role, label }) => role ?? label),
  ).toEqual([]);
  const keys = named
    .map(({ label }) => /\(&(.)\)$/.exec(label ?? '')?.[1])
    .filter((key) => key !== undefined);
  expect(new Set(keys).size).toBe(keys.length);
});
