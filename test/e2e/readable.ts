/**
 * What cannot be read or hit in the window as it is: small texts, small pointer targets, and what is cut off or
 * wrapped.
 */
import type { Page } from 'playwright-core';

const LEAST_TEXT_PX = 13;
const LEAST_TARGET_PX = 24;

/** Elements for the pointer. A link within a text is as high as its line. */
const TARGETS =
  'button, [role="button"], [role="tab"], [role="radio"], [role="switch"], [role="slider"], input, textarea, select';

/** Shows the window at a size; a large one with few pixels, since drawing them takes most of the time otherwise. */
export async function setWindowSize(page: Page, width: number, height: number): Promise<void> {
  if (width <= 2560) return page.setViewportSize({ width, height });
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setDeviceMetricsOverride', {
    width,
    height,
    deviceScaleFactor: 0.25,
    mobile: false,
  });
}

/** @returns one line for each; empty if all of it is readable */
export function unreadable(page: Page): Promise<string[]> {
  return page.evaluate(
    ([textPx, targetPx, targets]) => {
      const found = new Set<string>();
      const nameOf = (element: Element) => {
        const text = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 40);
        return `${element.tagName.toLowerCase()}.${[...element.classList].at(-1) ?? ''} "${text}"`;
      };
      const isSeen = (element: Element) => {
        const { width, height } = element.getBoundingClientRect();
        // What is for screen readers only is clipped to a pixel, which grows with the font.
        return (
          element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
          width > 2 &&
          height > 2
        );
      };
      const ancestors = (element: Element) => {
        const all: Element[] = [];
        for (let one = element.parentElement; one; one = one.parentElement) all.push(one);
        return all;
      };
      const isScrolled = (element: Element, axis: 'overflowX' | 'overflowY') =>
        ancestors(element).some((one) => ['auto', 'scroll'].includes(getComputedStyle(one)[axis]));
      const checkPlace = (element: Element) => {
        if (element.matches('.skip-link:not(:focus)')) return;
        const { left, top, right, bottom } = element.getBoundingClientRect();
        if ((left < -1 || right > innerWidth + 1) && !isScrolled(element, 'overflowX')) {
          found.add(`outside of the window: ${nameOf(element)}`);
        }
        if ((top < -1 || bottom > innerHeight + 1) && !isScrolled(element, 'overflowY')) {
          found.add(`outside of the window: ${nameOf(element)}`);
        }
      };
      const isHit = (element: Element, x: number, y: number) => {
        const at = document.elementFromPoint(x, y);
        const label = at?.closest('label')?.control;
        return (
          at !== null && (element.contains(at) || label === element || label?.contains(element) === true)
        );
      };

      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node; node = texts.nextNode()) {
        const element = node.parentElement!;
        if (node.textContent!.trim() === '' || !isSeen(element) || element.closest('svg, script, style'))
          continue;
        const size = Number.parseFloat(getComputedStyle(element).fontSize);
        if (size < textPx) found.add(`text of ${size} px: ${nameOf(element)}`);
        checkPlace(element);
      }
      for (const element of document.querySelectorAll(targets)) {
        const isMarked = element instanceof HTMLInputElement && ['checkbox', 'radio'].includes(element.type);
        // The whole of a slider can be pressed, and a label presses its control.
        const control = isMarked
          ? (element.labels?.[0] ?? element)
          : (element.closest('.mantine-Slider-root') ?? element);
        if (!isSeen(control) || element.closest('[inert]')) continue;
        checkPlace(control);
        const { left, top, width, height } = control.getBoundingClientRect();
        if (width >= targetPx - 0.5 && height >= targetPx - 0.5) continue;
        // Smaller to see, but not to hit.
        const [x, y] = [left + width / 2, top + height / 2];
        const reach = targetPx / 2 - 1;
        const isLarge = [
          [x - reach, y],
          [x + reach, y],
          [x, y - reach],
          [x, y + reach],
        ].every(([atX, atY]) => isHit(control, atX!, atY!) || isHit(element, atX!, atY!));
        if (!isLarge)
          found.add(`target of ${Math.round(width)} x ${Math.round(height)} px: ${nameOf(control)}`);
      }
      for (const element of document.querySelectorAll('body *')) {
        const style = getComputedStyle(element);
        if (!['hidden', 'clip'].includes(style.overflowX) || !isSeen(element)) continue;
        // Parts of the library that only draw.
        if (element.closest('svg, .scene-canvas, .mantine-Switch-track, .mantine-ScrollArea-scrollbar'))
          continue;
        if (element instanceof HTMLInputElement) continue;
        const isShortened = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none';
        if (element.scrollWidth > element.clientWidth + 1 && !isShortened) {
          found.add(`cut off by ${element.scrollWidth - element.clientWidth} px: ${nameOf(element)}`);
        }
      }
      for (const list of document.querySelectorAll('[role="tablist"]')) {
        const tops = [...list.querySelectorAll('[role="tab"]')].map((tab) => tab.getBoundingClientRect().top);
        if (new Set(tops).size > 1) found.add(`tabs in several lines: ${nameOf(list)}`);
      }
      return [...found];
    },
    [LEAST_TEXT_PX, LEAST_TARGET_PX, TARGETS] as const,
  );
}
