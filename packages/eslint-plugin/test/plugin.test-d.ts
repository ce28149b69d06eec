/** The plugin fits the types of both linters. */

import type { ESLint, Linter } from "eslint";
import type { RuleTester } from "oxlint/plugins-dev";
import plugin from "../src/index.js";

type OxlintRule = Parameters<RuleTester["run"]>[1];

plugin satisfies ESLint.Plugin;
plugin.configs.recommended satisfies Linter.Config;
plugin.rules satisfies Record<string, OxlintRule>;

// @ts-expect-error a configuration the plugin does not have
plugin.configs.strict;
