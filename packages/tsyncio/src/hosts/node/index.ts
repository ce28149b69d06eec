import type { Host } from "../../kernel/host.js";
import { NodeHost } from "./node-host.js";

/** The host of this engine. */
export function createHost(): Host {
  return new NodeHost();
}
