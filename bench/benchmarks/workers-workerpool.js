/** The same functions for workerpool, which runs a module that registers them. */
import workerpool from "workerpool";
import { noop, spin } from "./workers-functions.js";

workerpool.worker({ noop, spin });
