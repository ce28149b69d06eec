/**
 * Looks at all pages of a site: `crawler http://localhost:8080/`. It is polite: it says who it is,
 * keeps to robots.txt, asks a host for one thing at a time with a pause in between, and never twice
 * for the same. It stays at the hosts on which it begins. Without an address it crawls through two
 * little sites of its own.
 */

import { realpathSync } from "node:fs";
import { BodyTooLargeError, FetchError, type FetchResponse, fetch } from "@tsyncio/http";
import * as asyncio from "tsyncio";
import { linksOf } from "./links.js";
import { Robots } from "./robots.js";
import { exampleSites } from "./site.js";

const AGENT = "tsyncio-example";
/** The longest page in bytes. */
const LONGEST = 1 << 20;

/** What became of a page. */
export interface Page {
  readonly url: URL;
  /** How many links lead to it from where the crawl began. */
  readonly depth: number;
  /** The status, or why there is none. */
  readonly outcome: number | "forbidden by robots.txt" | "not to be had";
  /** The pages it leads to. */
  readonly links: readonly URL[];
}

/** What `crawl` may be given; times in seconds. */
export interface CrawlOptions {
  readonly maxDepth?: number;
  readonly maxPages?: number;
  /** The pause between two requests to a host. */
  readonly delay?: number;
  /** How long a page may take. */
  readonly patience?: number;
  /** Told of each page. */
  readonly onPage?: (page: Page) => void;
}

/** A host, which is asked for one thing at a time. */
class Host {
  readonly #delay: number;
  readonly #turn = new asyncio.Lock();
  #free = 0;
  robots: Robots | undefined;

  constructor(delay: number) {
    this.#delay = delay;
  }

  /** Has the host for as long as the work takes; those who wait have it in the order they came. */
  inTurn<T>(work: () => asyncio.Coroutine<T>): asyncio.Operation<T> {
    return asyncio.asyncWith(this.#turn, work);
  }

  /** Asks for something, after the pause; what comes is read by `read`. */
  *ask<T>(url: URL, patience: number, read: (answer: FetchResponse) => asyncio.Coroutine<T>) {
    const loop = asyncio.getRunningLoop();
    yield* asyncio.sleep(Math.max(0, this.#free - loop.time()));
    try {
      return yield* asyncio.asyncWith(asyncio.timeout(patience), function* () {
        // Redirects are links like others: they may lead elsewhere.
        const options = { redirect: "manual", headers: { "user-agent": AGENT } } as const;
        return yield* asyncio.asyncWith(yield* fetch(url, options), read);
      });
    } catch (error) {
      if (!isTheirs(error)) throw error;
      return undefined;
    } finally {
      this.#free = loop.time() + this.#delay;
    }
  }
}

/** True for what is no fault of the crawler's. */
function isTheirs(error: unknown): boolean {
  return [FetchError, BodyTooLargeError, asyncio.TimeoutError].some(
    (kind) => error instanceof kind,
  );
}

class Crawl {
  readonly #options: Required<CrawlOptions>;
  readonly #hosts: ReadonlyMap<string, Host>;
  readonly #seen = new Set<string>();
  readonly #group: asyncio.TaskGroup;

  constructor(start: readonly URL[], options: Required<CrawlOptions>, group: asyncio.TaskGroup) {
    this.#options = options;
    this.#hosts = new Map(start.map(({ host }) => [host, new Host(options.delay)]));
    this.#group = group;
  }

  /** Makes a task of a page, unless it was one already. */
  add(url: URL, depth: number): void {
    const host = this.#hosts.get(url.host);
    const { maxDepth, maxPages } = this.#options;
    if (host === undefined || depth > maxDepth) return;
    if (this.#seen.has(url.href) || this.#seen.size >= maxPages) return;
    this.#seen.add(url.href);
    this.#group.createTask(this.#visit(host, url, depth), { name: url.href });
  }

  *#visit(host: Host, url: URL, depth: number) {
    const page = yield* host.inTurn(() => this.#look(host, url, depth));
    this.#options.onPage(page);
    for (const link of page.links) this.add(link, depth + 1);
  }

  *#look(host: Host, url: URL, depth: number): asyncio.Coroutine<Page> {
    const { patience } = this.#options;
    host.robots ??= yield* this.#robotsOf(host, url);
    if (!host.robots.allows(url.pathname + url.search)) {
      return { url, depth, outcome: "forbidden by robots.txt", links: [] };
    }
    const found = yield* host.ask(url, patience, function* (answer) {
      return { outcome: answer.status, links: yield* linksIn(answer, url) };
    });
    return { url, depth, ...(found ?? { outcome: "not to be had", links: [] }) };
  }

  *#robotsOf(host: Host, url: URL): asyncio.Coroutine<Robots> {
    const { patience } = this.#options;
    const text = yield* host.ask(new URL("/robots.txt", url), patience, function* (answer) {
      if (answer.ok) return yield* answer.text({ limit: LONGEST });
      // A host that has no such file forbids nothing; one that is in trouble wants to be left alone.
      return answer.status < 500 ? "" : undefined;
    });
    return Robots.parse(text ?? "User-agent: *\nDisallow: /", AGENT);
  }
}

function* linksIn(answer: FetchResponse, url: URL): asyncio.Coroutine<URL[]> {
  const target = answer.headers.get("location");
  if (target !== null) return linksOf(`<a href="${target}">`, url);
  if (!answer.ok || answer.headers.get("content-type")?.startsWith("text/html") !== true) return [];
  return linksOf(yield* answer.text({ limit: LONGEST }), url);
}

/** Looks at the pages that can be reached from `start`, and tells `onPage` of each. */
export function* crawl(start: readonly URL[], options: CrawlOptions = {}) {
  const { maxDepth = 5, maxPages = 1000, delay = 1, patience = 10, onPage = () => {} } = options;
  yield* asyncio.asyncWith(new asyncio.TaskGroup(), function* (group) {
    const all = new Crawl(start, { maxDepth, maxPages, delay, patience, onPage }, group);
    for (const url of start) all.add(url, 0);
  });
}

/** Crawls from `start`, or through its own sites, and prints what it finds. */
export function* main(start?: string) {
  if (start !== undefined) yield* report([new URL(start)], { maxDepth: 10 });
  else {
    yield* asyncio.asyncWith(exampleSites(), (urls) => report(urls, { maxDepth: 3, delay: 0.1 }));
  }
}

function* report(start: readonly URL[], options: CrawlOptions) {
  const loop = asyncio.getRunningLoop();
  const began = loop.time();
  let pages = 0;
  const onPage = ({ url, outcome, links }: Page) => {
    pages++;
    const time = (loop.time() - began).toFixed(1);
    console.log(
      `${time} s  ${url.href}  ${outcome}${links.length > 0 ? `, ${links.length} links` : ""}`,
    );
  };
  yield* crawl(start, { ...options, onPage });
  console.log(`${pages} pages`);
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  await asyncio.run(main(process.argv[2]));
}
