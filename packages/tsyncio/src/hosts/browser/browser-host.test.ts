import { hostContract } from "./host.contract.js";
import { BrowserHost } from "./browser/browser-host.js";

// It needs nothing of a browser's own, and runs wherever these tests run.
hostContract("BrowserHost", () => new BrowserHost());
