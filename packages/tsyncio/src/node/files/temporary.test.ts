import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { raisedBy } from "../../../test/errors.js";
import { asyncWith, run } from "../../index.js";
import { openBelow, testFolder } from "./folder.contract.js";
import { temporaryFile } from "./temporary-file.js";
import { temporaryFolder } from "./temporary-folder.js";

const at = testFolder();

describe("temporaryFolder()", () => {
  it("temporaryFolder() is removed with all that is in it when the block ends", async () => {
    const path = await run(
      asyncWith(temporaryFolder({ prefix: "mine-" }), function* (folder) {
        expect(dirname(folder)).toBe(tmpdir());
        expect(basename(folder)).toMatch(/^mine-.{6}$/);
        expect(statSync(folder).mode & 0o777).toBe(0o700);
        mkdirSync(join(folder, "a", "b"), { recursive: true });
        writeFileSync(join(folder, "a", "b", "c"), "");
        return folder;
      }),
    );
    expect(existsSync(path)).toBe(false);
  });

  it("temporaryFolder() is removed when an error leaves the block, and may be gone before", async () => {
    const folder = at();
    const failing = asyncWith(temporaryFolder({ folder }), function* (path) {
      writeFileSync(join(path, "a"), "");
      throw new Error("in the block");
    });
    expect(await run(raisedBy(failing))).toMatchObject({ message: "in the block" });
    await run(
      asyncWith(temporaryFolder({ folder }), function* (path) {
        rmSync(path, { recursive: true });
      }),
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it("temporaryFolder() and temporaryFile() raise the system's error with the path", async () => {
    const folder = at("missing");
    for (const manager of [temporaryFolder({ folder }), temporaryFile({ folder })]) {
      const error = await run(raisedBy(asyncWith<unknown, void>(manager, function* () {})));
      expect(error).toMatchObject({ code: "ENOENT", message: expect.stringContaining(folder) });
    }
  });
});

describe("temporaryFile()", () => {
  it("temporaryFile() is open for reading and writing, and removed when the block ends", async () => {
    const options = { folder: at(), prefix: "mine-", suffix: ".txt" };
    await run(
      asyncWith(temporaryFile(options), function* (file) {
        expect(basename(file.path)).toMatch(/^mine-.+\.txt$/);
        expect(statSync(file.path).mode & 0o777).toBe(0o600);
        yield* file.write("text");
        file.position = 0;
        expect(String(yield* file.read())).toBe("text");
        yield* file.close();
      }),
    );
    expect(readdirSync(at())).toEqual([]);
  });

  it("temporaryFile() that was renamed stays", async () => {
    await run(
      asyncWith(temporaryFile({ folder: at() }), function* (file) {
        renameSync(file.path, at("kept"));
      }),
    );
    expect(readdirSync(at())).toEqual(["kept"]);
    expect(openBelow(at())).toEqual([]);
  });
});
