import { hostContract } from "../host.contract.js";
import { BrowserHost } from "./browser-host.js";

hostContract("BrowserHost", () => new BrowserHost());
