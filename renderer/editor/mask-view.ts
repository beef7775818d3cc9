/** How masks are drawn: in their colours with their outlines, as outlines alone, or the active one white on black. */
export const MASK_VIEWS = ['overlay', 'outline', 'blackWhite'] as const;
export type MaskView = (typeof MASK_VIEWS)[number];

export function nextMaskView(view: MaskView): MaskView {
  return MASK_VIEWS[(MASK_VIEWS.indexOf(view) + 1) % MASK_VIEWS.length]!;
}
