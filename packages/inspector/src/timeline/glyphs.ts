/** The characters and colours a timeline is drawn with. */

/** What a cell or a text means, which decides its colour. */
export type Style =
  | "plain"
  | "name"
  | "run"
  | "wait"
  | "what"
  | "ready"
  | "axis"
  | "good"
  | "bad"
  | "ended";

/** One set of characters; each takes one column. */
export interface Glyphs {
  /** The task ran for most of the time of this cell. */
  readonly run: string;
  /** It ran until a moment in this cell. */
  readonly end: string;
  /** It ran for a moment. */
  readonly step: string;
  readonly wait: string;
  /** Ready to run, while others did. */
  readonly ready: string;
  /** Time that is left out. */
  readonly gap: string;
  readonly by: string;
  readonly returned: string;
  readonly raised: string;
  readonly cancelled: string;
  readonly pending: string;
  readonly ellipsis: string;
  readonly times: string;
  readonly micro: string;
  readonly separator: string;
  /** From a few to the most. */
  readonly levels: readonly string[];
  readonly ruler: {
    readonly first: string;
    readonly mark: string;
    readonly line: string;
    readonly last: string;
  };
  readonly tree: {
    readonly child: string;
    readonly last: string;
    readonly beside: string;
    readonly below: string;
  };
}

export const UNICODE: Glyphs = {
  run: "█",
  end: "▌",
  step: "●",
  wait: "─",
  ready: "░",
  gap: "≈",
  by: "←",
  returned: "✓",
  raised: "✗",
  cancelled: "⊘",
  pending: "…",
  ellipsis: "…",
  times: "×",
  micro: "µ",
  separator: "·",
  levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  ruler: { first: "├", mark: "┼", line: "─", last: "┤" },
  tree: { child: "├ ", last: "└ ", beside: "│ ", below: "  " },
};

export const ASCII: Glyphs = {
  run: "#",
  end: "#",
  step: "o",
  wait: "-",
  ready: ".",
  gap: "~",
  by: "<-",
  returned: "ok",
  raised: "!!",
  cancelled: "xx",
  pending: "..",
  ellipsis: "..",
  times: "x",
  micro: "u",
  separator: "|",
  levels: [".", ":", "-", "=", "+", "*", "%", "#"],
  ruler: { first: "+", mark: "+", line: "-", last: "+" },
  tree: { child: "|-", last: "`-", beside: "| ", below: "  " },
};

const COLOURS: Record<Style, string> = {
  plain: "",
  name: "1",
  run: "36",
  wait: "2",
  what: "",
  ready: "33",
  axis: "2",
  good: "32",
  bad: "31",
  ended: "33",
};

/** The text in the colour of `style`, or as it is when `color` is false. */
export function paint(text: string, style: Style, color: boolean): string {
  const code = COLOURS[style];
  return !color || code === "" || text === "" ? text : `\u001b[${code}m${text}\u001b[0m`;
}
