/** The entry for tests: virtual time. */
export { runVirtual, type VirtualOptions } from "./testing/run-virtual.js";
export { runVirtualAsync } from "./testing/run-virtual-async.js";
export { useVirtualTime, type VirtualTimeSettings } from "./testing/use-virtual-time.js";
