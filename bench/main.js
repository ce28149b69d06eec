/** `npm run bench`: measures, prints the report to stdout and the progress to stderr. */
import { writeFile } from "node:fs/promises";
import { goalTable } from "./goals.js";
import { parseOptions, USAGE } from "./options.js";
import { probePlatforms } from "./platforms.js";
import { tablesOf } from "./report.js";
import { runSession } from "./session.js";

const options = parseOptions(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
if (options.help) {
  process.stdout.write(USAGE);
} else {
  const platforms = await probePlatforms(options);
  const session = await runSession(options, platforms, (line) => process.stderr.write(`${line}\n`));
  const rounds = options.rounds === 1 ? "1 round" : `${options.rounds} rounds`;
  const size = options.quick ? ", a tenth of the work: figures for orientation only" : "";
  const report = [
    "# Benchmarks",
    [...platforms.lines, `${rounds}${size}`].map((line) => `- ${line}`).join("\n"),
    tablesOf(session),
    goalTable(session),
    ...[...session.failures].map((failure) => `Failed: ${failure}`),
  ];
  const text = `${report.filter((part) => part !== undefined).join("\n\n")}\n`;
  process.stdout.write(text);
  if (options.out !== undefined) await writeFile(options.out, text);
  if (session.failures.size > 0) process.exitCode = 1;
}
