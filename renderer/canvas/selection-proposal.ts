/** Smart select's current question and whether its result is on the canvas: a proposal, to be kept or dropped. */
import type { SmartSelection } from '../editor/tools/tool.ts';
import type { WorkbenchEvents } from './workbench-events.ts';

/** Nothing, a question without an answer yet, or a proposal to keep or drop. */
export type ProposalState = 'none' | 'awaited' | 'shown';

const NO_SELECTION: SmartSelection = { points: [], box: null };

export class SelectionProposal {
  readonly #select: WorkbenchEvents['select'];
  readonly #onChange: () => void;
  #selection = NO_SELECTION;
  #isAwaited = false;
  #isProposalShown = false;

  constructor(select: WorkbenchEvents['select'], onChange: () => void) {
    this.#select = select;
    this.#onChange = onChange;
  }

  get selection(): SmartSelection {
    return this.#selection;
  }

  get state(): ProposalState {
    if (this.#isAwaited) return 'awaited';
    return this.#isProposalShown ? 'shown' : 'none';
  }

  /** Whether there is something to keep, also while a better answer is awaited. */
  get isProposalShown(): boolean {
    return this.#isProposalShown;
  }

  ask(targetId: string, selection: SmartSelection): void {
    this.#selection = selection;
    this.#isAwaited = true;
    this.#onChange();
    void this.#select(targetId, selection).then(() => {
      if (this.#selection !== selection) return;
      this.#isAwaited = false;
      this.#onChange();
    });
  }

  /** An answer to what was asked last is shown. */
  markShown(): void {
    this.#isProposalShown = true;
    this.#onChange();
  }

  /** Nothing is selected any more: what was asked need not be answered. @returns whether there was an answer */
  end(targetId: string): boolean {
    const { isProposalShown } = this;
    if (this.#isAwaited) void this.#select(targetId, NO_SELECTION);
    this.#selection = NO_SELECTION;
    this.#isAwaited = false;
    this.#isProposalShown = false;
    return isProposalShown;
  }
}
