import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { inWords, isCounts, sum } from "../../scripts/test/counts.ts";
import { outcomeOf } from "./project.ts";

const RUNNER = fileURLToPath(new URL("../../scripts/test.ts", import.meta.url));

describe("npm test", () => {
  const folders: string[] = [];
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  /** Runs the stage `node` on files of these contents. Returns the exit code and the last line. */
  async function runOn(...contents: string[]): Promise<[number | null, string | undefined]> {
    const folder = mkdtempSync(join(tmpdir(), "grantledger-runner-"));
    folders.push(folder);
    for (const [i, content] of contents.entries()) writeFileSync(join(folder, `${i}.test.ts`), content);
    const env: NodeJS.ProcessEnv = { ...process.env };
    // Set in a process that is a test: the runner inside it would then run nothing.
    delete env["NODE_TEST_CONTEXT"];
    const { code, stdout } = await outcomeOf(spawn(process.execPath, [RUNNER, "node", folder], { env, stdio: "pipe" }));
    return [code, stdout.trimEnd().split("\n").at(-1)];
  }
  const importing = 'import { test } from "node:test";\n';

  it("closes with the counts of all files", async () => {
    const passing = `${importing}test("a", () => {}); test("b", () => {});`;
    assert.deepEqual(await runOn(passing, passing), [0, "4 passed, 0 failed"]);
  });

  it("counts what failed, and what was skipped only if there is any", async () => {
    const mixed = `${importing}test("a", () => {}); test("b", () => { throw new Error("no"); }); test.skip("c", () => {});`;
    assert.deepEqual(await runOn(mixed), [1, "1 passed, 1 failed, 1 skipped"]);
  });

  it("counts a file that cannot be loaded or ends in the middle as failed", async () => {
    const passing = `${importing}test("a", () => {});`;
    const exits = `${importing}test("never done", () => new Promise(() => {})); setTimeout(() => process.exit(0), 100);`;
    assert.deepEqual(await runOn(passing, "throw new Error('at once')"), [1, "1 passed, 1 failed"]);
    // Node's runner says that the second file passed.
    assert.deepEqual(await runOn(passing, exits), [1, "2 passed, 1 failed"]);
  });

  it("counts finding no test as a failure", async () => {
    assert.deepEqual(await runOn(), [1, "0 passed, 1 failed"]);
  });

  it("refuses a stage that there is not", async () => {
    const { code, stderr } = await outcomeOf(spawn(process.execPath, [RUNNER, "nodes"], { stdio: "pipe" }));
    assert.equal(code, 1);
    assert.match(stderr, /There is no stage "nodes"/);
  });
});

describe("counts", () => {
  it("add up", () => {
    const total = sum([
      { passed: 1, failed: 2, skipped: 3 },
      { passed: 10, failed: 20, skipped: 30 },
    ]);
    assert.deepEqual(total, { passed: 11, failed: 22, skipped: 33 });
    assert.equal(inWords(total), "11 passed, 22 failed, 33 skipped");
    assert.equal(inWords(sum([])), "0 passed, 0 failed");
  });

  it("are recognised strictly in what another process sent", () => {
    assert.ok(isCounts({ passed: 0, failed: 0, skipped: 0 }));
    for (const other of [null, 1, {}, { passed: 1, failed: 0 }, { passed: "1", failed: 0, skipped: 0 }])
      assert.ok(!isCounts(other), JSON.stringify(other));
    for (const passed of [-1, 0.5, Number.NaN]) assert.ok(!isCounts({ passed, failed: 0, skipped: 0 }));
  });
});
