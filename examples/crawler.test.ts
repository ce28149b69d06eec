/** crawler: what it asks for and when, robots.txt, links, and the program. */

import * as asyncio from "tsyncio";
import { describe, expect, test } from "vitest";
import { type CrawlOptions, crawl, type Page } from "./crawler/crawler.gen.js";
import { linksOf } from "./crawler/links.js";
import { Robots } from "./crawler/robots.js";
import { type Site, serveSite } from "./crawler/site.js";
import { startChild } from "./testing/child-program.js";
import { expectNoLeftovers } from "./testing/leftovers.contract.js";

expectNoLeftovers();

interface Found {
  readonly outcomes: Record<string, Page["outcome"]>;
  readonly asked: readonly string[];
  /** The times at which something was asked for. */
  readonly times: readonly number[];
}

/** Crawls through a site from `/` and takes down what happens. */
function* crawlThrough(site: Site, options: CrawlOptions = {}): asyncio.Coroutine<Found> {
  const outcomes: Found["outcomes"] = {};
  const asked: string[] = [];
  const times: number[] = [];
  const server = yield* serveSite({
    ...site,
    asked: (path) => {
      asked.push(path);
      times.push(performance.now());
    },
  });
  yield* asyncio.asyncWith(server, function* () {
    yield* crawl([new URL(server.url)], {
      delay: 0,
      onPage: ({ url, outcome }) => {
        outcomes[url.pathname + url.search] = outcome;
      },
      ...options,
    });
  });
  return { outcomes, asked, times };
}

describe("crawl()", () => {
  test("asks once for each page that can be reached, in the order in which it is found", async () => {
    const pages = {
      "/": ["/b", "/a", "/b#part", "/a"],
      "/a": ["/", "/c"],
      "/b": ["/c", "/missing"],
      "/c": [],
    };
    const { outcomes, asked } = await asyncio.run(crawlThrough({ pages }));
    expect(asked).toEqual(["/robots.txt", "/", "/b", "/a", "/c", "/missing"]);
    expect(outcomes).toEqual({ "/": 200, "/b": 200, "/a": 200, "/c": 200, "/missing": 404 });
  });

  test("goes no deeper than it may and takes no more pages than it may", async () => {
    const pages = { "/": ["/1"], "/1": ["/2"], "/2": ["/3"], "/3": [] };
    const shallow = await asyncio.run(crawlThrough({ pages }, { maxDepth: 2 }));
    expect(Object.keys(shallow.outcomes)).toEqual(["/", "/1", "/2"]);
    const few = await asyncio.run(crawlThrough({ pages }, { maxPages: 2 }));
    expect(Object.keys(few.outcomes)).toEqual(["/", "/1"]);
  });

  test("does not ask for what robots.txt forbids", async () => {
    const pages = { "/": ["/open", "/closed/a"], "/open": [], "/closed/a": [] };
    const robots = "User-agent: *\nDisallow: /closed\n";
    const { outcomes, asked } = await asyncio.run(crawlThrough({ pages, robots }));
    expect(asked).toEqual(["/robots.txt", "/", "/open"]);
    expect(outcomes["/closed/a"]).toBe("forbidden by robots.txt");
  });

  test("stays at the hosts on which it begins", async () => {
    const other: string[] = [];
    await asyncio.run(function* () {
      const elsewhere = yield* serveSite({ pages: {}, asked: (path) => other.push(path) });
      yield* asyncio.asyncWith(elsewhere, function* () {
        const pages = { "/": [`${elsewhere.url}/page`] };
        const { outcomes } = yield* crawlThrough({ pages });
        expect(outcomes).toEqual({ "/": 200 });
      });
    });
    expect(other).toEqual([]);
  });

  test("pauses between any two requests to a host", async () => {
    const pages = { "/": ["/1", "/2", "/3"], "/1": [], "/2": [], "/3": [] };
    const { times } = await asyncio.run(crawlThrough({ pages }, { delay: 0.1 }));
    expect(times).toHaveLength(5);
    for (const [index, time] of times.entries()) {
      if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThan(95);
    }
  });

  test("goes on when a host does not answer, and asks it for no more", async () => {
    const pages: Page[] = [];
    const unreachable = new URL("http://127.0.0.1:1/");
    await asyncio.run(crawl([unreachable], { onPage: (page) => pages.push(page) }));
    expect(pages.map(({ outcome }) => outcome)).toEqual(["forbidden by robots.txt"]);
  });
});

describe("Robots", () => {
  const robots = Robots.parse(
    [
      "User-agent: other",
      "Disallow: /",
      "",
      "user-agent: Tester # that is us",
      "User-Agent: friend",
      "Disallow: /private",
      "Allow: /private/but-this",
      "Disallow: /*.pdf$",
      "Disallow:",
      "",
      "User-agent: *",
      "Disallow: /general",
    ].join("\r\n"),
    "tester",
  );

  for (const [path, allowed] of [
    ["/", true],
    ["/general", true],
    ["/private", false],
    ["/private/diary", false],
    ["/private/but-this/one", true],
    ["/papers/a.pdf", false],
    ["/papers/a.pdf.html", true],
  ] as const) {
    test(`${allowed ? "allows" : "forbids"} ${path}`, () => {
      expect(robots.allows(path)).toBe(allowed);
    });
  }

  test("follows the rules for everybody where none are its own", () => {
    const general = Robots.parse("User-agent: *\nDisallow: /a\n", "tester");
    expect([general.allows("/a"), general.allows("/b")]).toEqual([false, true]);
  });

  test("forbids nothing where there are no rules", () => {
    expect(Robots.parse("", "tester").allows("/")).toBe(true);
  });
});

describe("linksOf()", () => {
  test("gives each page once, resolved, and web pages only", () => {
    const html = `<a href="/a">A</a> <A class="x" HREF='b?x=1&amp;y=2'>B</A> <a href="#top">top</a>
      <a href="/a#part">A again</a> <a href="mailto:x@example.org">mail</a> <a href="http://[">bad</a>`;
    expect(linksOf(html, new URL("http://example.org/dir/page")).map(({ href }) => href)).toEqual([
      "http://example.org/a",
      "http://example.org/dir/b?x=1&y=2",
      "http://example.org/dir/page",
    ]);
  });
});

describe("the program", () => {
  test("crawls through its own two sites", async () => {
    const { lines, ...ending } = await startChild(["crawler"]);
    expect(ending).toMatchObject({ code: 0, errors: "" });
    const found = lines
      .slice(0, -1)
      .map((line) => line.replace(/^\S+ s {2}http:..127.0.0.1:\d+/, ""));
    expect(found.sort()).toEqual([
      "/  200, 2 links",
      "/  200, 4 links",
      "/bread  200, 1 links",
      "/cart  forbidden by robots.txt",
      "/first  200, 1 links",
      "/fruit  200, 3 links",
      "/fruit/apples  200, 2 links",
      "/fruit/apples/red  200, 1 links",
      "/fruit/pears  200, 2 links",
      "/lost  404",
      "/second  200",
    ]);
    expect(lines.at(-1)).toBe("11 pages");
  });

  test("ends by Ctrl-C in the middle of a crawl", async () => {
    const ending = await startChild(["crawler"], {
      onLine: (_line, child) => child.kill("SIGINT"),
    });
    expect(ending).toMatchObject({ code: null, signal: "SIGINT", errors: "" });
    expect(ending.lines.length).toBeLessThan(11);
  });
});
