/** The user guide of docs/ in the editor's language, with its pictures, as of the build. */
import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Markdown, { type Components } from 'react-markdown';
import rehypeSlug from 'rehype-slug';
import remarkGfm from 'remark-gfm';
import korean from '../../../docs/user-guide.ko.md?raw';
import english from '../../../docs/user-guide.md?raw';
import { isLanguage, type Language } from '../texts/texts.ts';

const TEXTS: Record<Language, string> = { en: english, ko: korean };
const DOCS = '../../../docs/';
const pictures = import.meta.glob<string>(
  ['../../../docs/images/guide-*.png', '../../../docs/images/editor-dark.png'],
  { eager: true, query: '?url', import: 'default' },
);

/** Prefix, so that no heading's id clashes with a part of the window. */
const ID_PREFIX = 'guide-';

const components: Components = {
  // The sheet already has the title and the first two levels of headings.
  h1: () => null,
  h2: 'h3',
  h3: 'h4',
  a: ({ href, children }) => <GuideLink href={href}>{children}</GuideLink>,
  img: ({ src, alt }) => <img src={pictures[`${DOCS}${src}`]} alt={alt ?? ''} loading="lazy" />,
  th: ({ children }) => (children ? <th scope="col">{children}</th> : <td />),
};

export function Guide() {
  const { i18n } = useTranslation();
  const language = isLanguage(i18n.language) ? i18n.language : 'en';
  return (
    <article className="guide" lang={language}>
      <Markdown
        remarkPlugins={[remarkGfm]}
        rehypePlugins={[[rehypeSlug, { prefix: ID_PREFIX }]]}
        components={components}
      >
        {TEXTS[language]}
      </Markdown>
    </article>
  );
}

/** A link within the guide; links to other pages, which are not bundled, become plain text. */
function GuideLink({ href, children }: { href: string | undefined; children: ReactNode }) {
  if (!href?.startsWith('#')) return <span>{children}</span>;
  return (
    <Anchor
      component="button"
      type="button"
      inherit
      underline="always"
      onClick={() => {
        // Not by the address, which names the open project.
        const heading = document.getElementById(`${ID_PREFIX}${decodeURIComponent(href.slice(1))}`);
        if (!heading) return;
        heading.tabIndex = -1;
        heading.focus({ preventScroll: true });
        heading.scrollIntoView();
      }}
    >
      {children}
    </Anchor>
  );
}
