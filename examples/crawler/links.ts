/** Where a page leads. */

const HREF = /<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;

/** The pages that `html`, which is at `base`, leads to, each once, without what stands behind `#`. */
export function linksOf(html: string, base: URL): URL[] {
  const found = new Map<string, URL>();
  for (const [, double, single] of html.matchAll(HREF)) {
    const href = (double ?? single ?? "").replaceAll("&amp;", "&");
    if (!URL.canParse(href, base.href)) continue;
    const url = new URL(href, base);
    url.hash = "";
    if (/^https?:$/.test(url.protocol)) found.set(url.href, url);
  }
  return [...found.values()];
}
