/** Two little sites of this machine to crawl through, linked with each other. */

import { type HttpServer, serve } from "@tsyncio/http";
import * as asyncio from "tsyncio";

/** Of a site: what its pages link to, by their paths; and what it tells robots. */
export interface Site {
  readonly pages: Readonly<Record<string, readonly string[]>>;
  readonly robots?: string;
  /** Told of each path that is asked for. */
  readonly asked?: (path: string) => void;
}

/** Serves a site; for `yield*`, then `asyncWith`. */
export function serveSite({ pages, robots, asked }: Site): asyncio.Operation<HttpServer> {
  return serve(
    (request) => {
      const { pathname } = new URL(request.url);
      asked?.(pathname);
      if (pathname === "/robots.txt" && robots !== undefined) return new Response(robots);
      const links = pages[pathname];
      if (links === undefined) return new Response("there is no such page", { status: 404 });
      const list = links.map((link) => `<li><a href="${link}">${link}</a></li>`).join("\n");
      return new Response(`<h1>${pathname}</h1>\n<ul>\n${list}\n</ul>\n`, {
        headers: { "content-type": "text/html; charset=utf-8" },
      });
    },
    { port: 0 },
  );
}

/** For `asyncWith`: serves the sites of the show and hands out where the first of them begins. */
export const exampleSites = asyncio.contextManager(function* exampleSites() {
  const stack = new asyncio.AsyncExitStack();
  try {
    const blog = yield* stack.enterContext(
      yield* serveSite({ pages: { "/": ["/first", "/second"], "/first": ["/"], "/second": [] } }),
    );
    const shop = yield* stack.enterContext(
      yield* serveSite({
        pages: {
          "/": ["/fruit", "/bread", "/cart", `${blog.url}/`],
          "/fruit": ["/", "/fruit/apples", "/fruit/pears"],
          "/fruit/apples": ["/fruit", "/fruit/apples/red"],
          "/fruit/apples/red": ["/fruit/apples/red/very"],
          "/fruit/pears": ["/fruit#top", "/lost"],
          "/bread": ["/"],
          "/cart": [],
        },
        robots: "User-agent: *\nDisallow: /cart\n",
      }),
    );
    yield [new URL(shop.url), new URL(blog.url)];
  } finally {
    yield* stack.close();
  }
});
