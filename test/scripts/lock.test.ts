import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { tryLock } from "../../scripts/setup/lock.mjs";
import { identify } from "../../scripts/setup/process.mjs";

const folder = mkdtempSync(join(tmpdir(), "grantledger-lock-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newPath = () => join(folder, `${files++}.lock`);

const LOCK = JSON.stringify(new URL("../../scripts/setup/lock.mjs", import.meta.url).href);

/** Runs a module in a process of its own that has `tryLock` and the path. */
function inProcess(path: string, body: string) {
  const program = `import { tryLock } from ${LOCK}; const path = ${JSON.stringify(path)};\n${body}`;
  return spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
}

describe("the lock file", () => {
  it("is held by one and says by whom", () => {
    const path = newPath();
    const first = tryLock(path);
    assert.ok(first.held);
    assert.deepEqual(tryLock(path), { holder: process.pid });
    first.held.release();
    assert.ok(!existsSync(path));
    assert.ok(tryLock(path).held);
  });

  it("of a killed process is taken over", async () => {
    const path = newPath();
    const holder = inProcess(path, `tryLock(path); process.stdout.write("held"); setInterval(() => {}, 1000);`);
    await once(holder.stdout, "data");
    assert.deepEqual(tryLock(path), { holder: holder.pid });
    holder.kill("SIGKILL");
    await once(holder, "exit");
    assert.ok(tryLock(path).held);
  });

  it("of a killed process stays held while a process lives that was added to it", async () => {
    const path = newPath();
    const added = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const holder = inProcess(path, `tryLock(path).held.add(${added.pid}); process.stdout.write("held");`);
    await once(holder.stdout, "data");
    await once(holder, "exit");
    assert.deepEqual(tryLock(path), { holder: added.pid });
    added.kill("SIGKILL");
    await once(added, "exit");
    assert.ok(tryLock(path).held);
  });

  it("of an earlier process with the same pid is stale", () => {
    const path = newPath();
    writeFileSync(path, JSON.stringify([{ pid: process.pid, started: "long ago" }]));
    assert.ok(tryLock(path).held);
  });

  for (const content of ["", "{", "null", "[null]", '[{"pid":"x"}]', "17"])
    it(`that holds ${JSON.stringify(content)} is nobody's`, () => {
      const path = newPath();
      writeFileSync(path, content);
      assert.ok(tryLock(path).held);
    });

  it("lets one in at a time, however many find it stale together", async () => {
    const path = newPath();
    const counter = join(folder, "counter");
    writeFileSync(counter, "0");
    writeFileSync(path, JSON.stringify([{ pid: process.pid, started: "long ago" }]));
    // A lost update shows that two were inside at once.
    const body = `import { readFileSync, writeFileSync } from "node:fs";
      const counter = ${JSON.stringify(counter)};
      for (let i = 0; i < 25; i++) {
        let lock;
        while ((lock = tryLock(path).held) === undefined) await new Promise((r) => setTimeout(r, 1));
        const count = Number(readFileSync(counter, "utf8"));
        await new Promise((r) => setTimeout(r, 1));
        writeFileSync(counter, String(count + 1));
        lock.release();
      }`;
    const codes = await Promise.all(
      Array.from({ length: 6 }, async () => (await once(inProcess(path, body), "exit"))[0]),
    );
    assert.deepEqual(codes, [0, 0, 0, 0, 0, 0]);
    assert.equal(readFileSync(counter, "utf8"), "150");
  });
});

describe("the identity of a process", () => {
  it("stays the same and differs between processes", async () => {
    const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    await once(other, "spawn");
    const pid = other.pid ?? 0;
    const before = identify(pid);
    assert.ok(before);
    assert.deepEqual(identify(pid), before);
    assert.notDeepEqual(before, identify(process.pid));
    other.kill("SIGKILL");
    await once(other, "exit");
    assert.equal(identify(pid), undefined);
  });

  it("is undefined for what is no pid", () => {
    for (const pid of [0, -1, 1.5, Number.NaN]) assert.equal(identify(pid), undefined);
  });
});
