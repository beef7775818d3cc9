/** The program's mark, which is also its icon (build/icon.svg, linked by index.html). */

/** @param props.sidePx width and height in CSS pixels */
export function BrandMark({ sidePx }: { readonly sidePx: number }) {
  const source = document.querySelector<HTMLLinkElement>('link[rel="icon"]')?.href;
  return <img className="brand-mark" src={source} width={sidePx} height={sidePx} alt="" />;
}
