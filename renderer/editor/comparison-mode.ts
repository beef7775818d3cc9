/** How two pictures are compared, or which of them is shown alone. */
export type ComparisonMode = 'after' | 'before' | 'slider' | 'sideBySide' | 'difference';
