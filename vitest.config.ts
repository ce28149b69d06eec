/**
 * Three projects. `node` runs every test of the packages on their sources; `browser` runs those
 * that need nothing of Node once more in Chromium; `tools` tests the checks themselves.
 *
 * A test runs where its name says: `x.test.ts` in both, `x.node.test.ts` or anything in a folder
 * named `node` in Node only, `x.browser.test.ts` or anything in a folder named `browser` in
 * Chromium only. `STRESS=1` gives tests the time that full sizes take.
 */

import { tsyncio } from "@tsyncio/transform/vite";
import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";
import { findChromium } from "./tools/chromium.js";

const stress = process.env["STRESS"] === "1";
const excluded = ["**/node_modules/**", "**/dist/**", "**/fixtures/**"];
const nodeOnly = ["**/*.node.test.ts", "**/node/**"];
const browserOnly = ["**/*.browser.test.ts", "**/browser/**"];
const limits = stress ? { testTimeout: 600_000, hookTimeout: 600_000 } : { testTimeout: 15_000 };
const executablePath = findChromium();

export default defineConfig({
  test: {
    maxWorkers: "100%",
    projects: [
      {
        // What is written as `async` functions for tsyncio to run; tests are not, they are vitest's.
        plugins: [tsyncio({ include: "conformance/subject/async-interpreter" })],
        ssr: { resolve: { conditions: ["tsyncio-source", ...defaultServerConditions] } },
        resolve: { conditions: ["tsyncio-source", ...defaultServerConditions] },
        test: {
          ...limits,
          name: "node",
          environment: "node",
          include: [
            "packages/*/{bin,src,test}/**/*.test.ts",
            "{examples,conformance,bench}/**/*.test.ts",
          ],
          exclude: [...excluded, ...browserOnly],
        },
      },
      {
        resolve: { conditions: ["tsyncio-source", ...defaultClientConditions] },
        // Found by no scan before the first test that imports it, which would then be loaded again.
        optimizeDeps: { include: ["fast-check"] },
        test: {
          ...limits,
          name: "browser",
          include: ["packages/tsyncio/{src,test}/**/*.test.ts"],
          exclude: [...excluded, ...nodeOnly],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                args: ["--no-sandbox"],
                ...(executablePath === undefined ? {} : { executablePath }),
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
      {
        test: {
          ...limits,
          name: "tools",
          environment: "node",
          include: ["tools/**/*.test.js"],
          exclude: excluded,
        },
      },
    ],
  },
});
