import type { Host } from "../../kernel/host.js";
import { BrowserHost } from "./browser-host.js";

/** The host of this engine. */
export function createHost(): Host {
  return new BrowserHost();
}
