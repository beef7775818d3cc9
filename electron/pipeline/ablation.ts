/** The ablation rows of the paper's Table 4.3; (e) is PnP-MIX. Mask-guided noise mixing is on in all. */
export type AblationRow = 'a' | 'b' | 'c' | 'd' | 'e';

/** The switches of an ablation row. */
export interface AblationSwitches {
  /** alpha applies (3.3); otherwise keys and values are only replaced. */
  readonly valueGuidance: boolean;
  /** Which latents dilute the references outside their expanded masks (3.5). */
  readonly dilution: 'none' | 'background' | 'inpainted';
  /** The references' predictions are mixed with the background's outside their masks (3.4). */
  readonly mixReferences: boolean;
}

export const ablationRows: Readonly<Record<AblationRow, AblationSwitches>> = {
  a: { valueGuidance: false, dilution: 'none', mixReferences: false },
  b: { valueGuidance: true, dilution: 'none', mixReferences: false },
  c: { valueGuidance: true, dilution: 'background', mixReferences: false },
  d: { valueGuidance: true, dilution: 'background', mixReferences: true },
  e: { valueGuidance: true, dilution: 'inpainted', mixReferences: true },
};
