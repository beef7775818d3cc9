/** Smart select's current request, and whether its result is on the canvas as a proposal to apply or discard. */
import type { SmartSelection } from '../editor/tools/tool.ts';
import type { WorkbenchEvents } from './workbench-events.ts';

/** Nothing, a pending request, or a proposal to apply or discard. */
export type ProposalState = 'none' | 'awaited' | 'shown';

const NO_SELECTION: SmartSelection = { points: [], box: null };

export class SelectionProposal {
  readonly #select: WorkbenchEvents['select'];
  readonly #onChange: () => void;
  /** The pending request has ended, with a proposal or without one. */
  readonly #onAnswer: () => void;
  #selection = NO_SELECTION;
  #isAwaited = false;
  #isProposalShown = false;

  constructor(select: WorkbenchEvents['select'], onChange: () => void, onAnswer: () => void) {
    this.#select = select;
    this.#onChange = onChange;
    this.#onAnswer = onAnswer;
  }

  get selection(): SmartSelection {
    return this.#selection;
  }

  get state(): ProposalState {
    if (this.#isAwaited) return 'awaited';
    return this.#isProposalShown ? 'shown' : 'none';
  }

  /** Whether there is a proposal, also while a better one is pending. */
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
      this.#onAnswer();
    });
  }

  /** The result of the last request is shown. */
  markShown(): void {
    this.#isProposalShown = true;
    this.#onChange();
  }

  /** The selection has nothing inside any more. */
  markHidden(): void {
    this.#isProposalShown = false;
    this.#onChange();
  }

  /** The selection was cleared: a pending request is obsolete. @returns whether there was a proposal */
  end(targetId: string): boolean {
    const { isProposalShown } = this;
    if (this.#isAwaited) void this.#select(targetId, NO_SELECTION);
    this.#selection = NO_SELECTION;
    this.#isAwaited = false;
    this.#isProposalShown = false;
    return isProposalShown;
  }
}
