/** `tsyncio run --watch`, as the process it is. */

import { mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Command } from "./command.js";

const PROGRAM = `
import * as asyncio from "tsyncio";
import { word } from "./word.js";

async function main(): Promise<void> {
  try {
    await asyncio.sleep("1ms");
    console.log(process.argv[2], word);
    await asyncio.sleep("1h");
  } finally {
    await asyncio.sleep("20ms");
    console.log("cleaned up", word);
  }
}

await asyncio.run(main());
`;

let folder = "";
let program: Command;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "tsyncio-watch-")));
  write("main.ts", PROGRAM);
  write("word.ts", 'export const word: string = "one";\n');
  program = new Command(["run", "--watch", "main.ts", "said"], { cwd: folder });
});

afterEach(async () => {
  program.kill("SIGKILL");
  await program.ended;
  rmSync(folder, { recursive: true, force: true });
});

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}

describe("tsyncio run --watch", () => {
  test("starts the program again after its cleanup when a file that it imports changes", async () => {
    await program.printed(/said one/);
    write("word.ts", 'export const word: string = "two";\n');
    await program.printed(/cleaned up one\nsaid two/);
    write("other.ts", "");
    // As many editors save.
    write("word.ts.new", 'export const word: string = "three";\n');
    renameSync(join(folder, "word.ts.new"), join(folder, "word.ts"));
    await program.printed(/cleaned up two\nsaid three/);
    program.interrupt();
    const { code, output, errors } = await program.ended;
    expect(code).toBe(130);
    expect(output).toBe(
      "said one\ncleaned up one\nsaid two\ncleaned up two\nsaid three\ncleaned up three\n",
    );
    expect(errors.match(/word\.ts has changed; starting again/g)).toHaveLength(2);
  });

  test("waits for the next change when the program fails or ends", async () => {
    await program.printed(/said one/);
    write("word.ts", "export const word: = 1;\n");
    await program.printed(/SyntaxError: [\s\S]*ended with code 1; waiting for changes/);
    write("word.ts", 'export const word: string = "two";\n');
    await program.printed(/said two/);
    write("main.ts", 'console.log("short");\n');
    await program.printed(/short\n/);
    await program.printed(/ended with code 0; waiting for changes/);
    write("main.ts", 'console.log("shorter");\n');
    await program.printed(/shorter\n/);
  });

  test("passes on a Ctrl-C that reached the watcher alone", async () => {
    await program.printed(/said one/);
    program.kill("SIGINT");
    const { code, output } = await program.ended;
    expect([code, output]).toEqual([130, "said one\ncleaned up one\n"]);
  });
});
