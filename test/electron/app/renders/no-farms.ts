/** For tests of renders on this computer. */
import type { FarmRenderer } from '../../../../electron/app/renders/farm-queue.ts';

export const noFarms: FarmRenderer = {
  render: async () => {
    throw new Error('this test has no farm');
  },
};
