import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Ending, endLeftover, startInBackground } from "../../scripts/demo/background.ts";
import { identify } from "../../scripts/setup/process.mjs";

const folder = mkdtempSync(join(tmpdir(), "grantledger-background-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const logFile = join(folder, "log");
const ENDING: Ending = [
  ["SIGTERM", 300],
  ["SIGKILL", 5_000],
];

/** Starts a program that has written "ready" to its log. `mark` is among its arguments. */
async function start(program: string, mark = "") {
  const args = ["-e", `${program}\nprocess.stdout.write("ready")`, "--", mark];
  const server = await startInBackground({ command: process.execPath, args, logFile, ending: ENDING });
  while (!readFileSync(logFile, "utf8").includes("ready")) await sleep(10);
  return server;
}

const STAYS = "setInterval(() => {}, 1000);";
const POLITE = `process.on("SIGTERM", () => { process.stdout.write("polite"); process.exit(0); }); ${STAYS}`;
const DEAF = `process.on("SIGTERM", () => process.stdout.write("deaf")); ${STAYS}`;

describe("a server in the background", () => {
  it("is asked to end before it is made to", async () => {
    const server = await start(POLITE);
    assert.equal(server.ended(), undefined);
    await server.stop();
    assert.equal(server.ended(), "exit code 0");
    assert.match(readFileSync(logFile, "utf8"), /polite/);
  });

  it("is made to end when it does not want to", async () => {
    const server = await start(DEAF);
    await server.stop();
    assert.equal(server.ended(), "SIGKILL");
    assert.match(readFileSync(logFile, "utf8"), /deaf/);
  });

  it("leads a process group of its own, which Ctrl-C in our terminal does not reach", async () => {
    const server = await start(STAYS);
    // A signal to a group reaches somebody only if the group exists.
    assert.doesNotThrow(() => process.kill(-server.pid, 0));
    await server.stop();
  });

  it("that cannot be started is an error in a sentence", async () => {
    const options = { command: join(folder, "nothing"), args: [], logFile, ending: ENDING };
    await assert.rejects(startInBackground(options), {
      name: "OperatorError",
      message: /could not be started: .*ENOENT/,
    });
  });
});

describe("what an earlier run left behind", () => {
  const pidFile = join(folder, "pid");

  it("is ended when its command line bears the mark", async () => {
    const server = await start(POLITE, "/our/data");
    writeFileSync(pidFile, `${server.pid}\nmore lines\n`);
    assert.equal(await endLeftover(pidFile, "/our/data", ENDING), true);
    assert.equal(identify(server.pid), undefined);
  });

  it("is made to end when it does not want to", async () => {
    const server = await start(DEAF, "/our/data");
    writeFileSync(pidFile, `${server.pid}`);
    assert.equal(await endLeftover(pidFile, "/our/data", ENDING), true);
    assert.equal(identify(server.pid), undefined);
  });

  it("is let alone when somebody else has its pid by now", async () => {
    const stranger = spawn(process.execPath, ["-e", STAYS, "/their/data"]);
    await once(stranger, "spawn");
    writeFileSync(pidFile, `${stranger.pid}`);
    assert.equal(await endLeftover(pidFile, "/our/data", ENDING), false);
    assert.ok(identify(stranger.pid ?? 0));
    stranger.kill("SIGKILL");
    await once(stranger, "exit");
  });

  for (const content of ["", "1", "-1", "0", "not a pid", "99999999"])
    it(`is nothing where the file holds ${JSON.stringify(content)}`, async () => {
      writeFileSync(pidFile, content);
      assert.equal(await endLeftover(pidFile, "", ENDING), false);
    });

  it("is nothing where there is no file", async () => {
    assert.equal(await endLeftover(join(folder, "none"), "", ENDING), false);
  });
});
