/** Where the start screen shows the samples. */
import type { Page } from 'playwright-core';

interface SamplePlaces {
  /** Otherwise their places are held for them. */
  readonly areRead: boolean;
  /** Left and top of the first sample, and of what is below the samples. */
  readonly places: readonly (readonly number[])[];
}

/** As soon as the start screen is there. */
export function samplePlaces(page: Page): Promise<SamplePlaces> {
  return page.evaluate(
    () =>
      new Promise<SamplePlaces>((resolve) => {
        const look = () => {
          const card = document.querySelector('.sample-grid > .project-card');
          const below = document.querySelector('#start-recent');
          if (!card || !below) return;
          observer.disconnect();
          const boxes = [card, below].map((element) => element.getBoundingClientRect());
          resolve({
            areRead: !card.hasAttribute('data-expected'),
            places: boxes.map(({ x, y }) => [x, y].map(Math.round)),
          });
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { subtree: true, childList: true });
        look();
      }),
  );
}
