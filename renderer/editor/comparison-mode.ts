/** Ways to compare two pictures or show one of them alone. */
export type ComparisonMode = 'after' | 'before' | 'slider' | 'sideBySide' | 'difference';
