import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { commandLine, identify } from "../../scripts/setup/process.mjs";

const START = fileURLToPath(new URL("../../scripts/start.ts", import.meta.url));
/** Far beyond what anything here takes. */
const PATIENCE_MS = 120_000;

/** `npm start` in a folder, without its set-up. */
class Demo {
  readonly #child: ChildProcess;
  output = "";

  constructor(folder: string) {
    const env: NodeJS.ProcessEnv = { ...process.env, NODE_OPTIONS: "" };
    for (const name of Object.keys(env)) if (name.startsWith("GRANTLEDGER_")) delete env[name];
    this.#child = spawn(process.execPath, [START], { cwd: folder, env });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
  }

  async until(pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = pattern.exec(this.output);
      if (found) return found;
      if (this.#child.exitCode !== null || Date.now() > deadline)
        throw new Error(`no ${pattern} in the output:\n${this.output}`);
      await sleep(50);
    }
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
    return this.#child.exitCode;
  }
}

async function ask<T>(url: string, query: string): Promise<T> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  assert.equal(errors, undefined);
  return data;
}

type Answer = { check: { decision: string; state: string; validUntil: number | null } };
type Trail = { auditTrail: { nodes: { kind: string; retracted: boolean }[] } };

describe("npm start without a configuration", () => {
  const folder = mkdtempSync(join(tmpdir(), "grantledger-start-"));
  let demo: Demo;
  let url = "";
  let check = "";

  /** Processes that belong to this folder: the servers name their data folders. */
  const servers = () =>
    (existsSync("/proc/self")
      ? readdirSync("/proc")
      : execFileSync("ps", ["-A", "-o", "pid="], { encoding: "utf8" }).split("\n")
    )
      .map(Number)
      .filter((pid) => identify(pid) !== undefined && commandLine(pid).includes(folder));

  before(() => {
    demo = new Demo(folder);
  });
  after(async () => {
    await demo.end("SIGKILL");
    for (const pid of servers()) process.kill(pid, "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  it("answers ALLOWED to the query that it prints", async () => {
    url = (await demo.until(/answers at (http:\S+)/))[1] ?? "";
    check = (await demo.until(/query \{ check.*/))[0];
    assert.equal((await ask<Answer>(url, check)).check.decision, "ALLOWED");
  });

  it("tells a second one in the same folder that it is running already", () => {
    const { status, stderr } = spawnSync(process.execPath, [START], { cwd: folder, encoding: "utf8" });
    assert.equal(status, 1);
    assert.match(stderr, /^\s*`npm start` is already running in this folder \(process \d+\)[^\n]*\n$/);
  });

  it("keeps the password to itself", () => {
    const path = join(folder, ".grantledger/postgres.password");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const password = readFileSync(path, "utf8").trim();
    assert.ok(!demo.output.includes(password));
    assert.ok(!readFileSync(join(folder, ".grantledger/indexer.log"), "utf8").includes(password));
  });

  it("shows the reorg's event as retracted in the trail", async () => {
    await demo.until(/a reorg replaces/);
    const query = (await demo.until(/query \{ auditTrail.*/))[0];
    let retracted: { kind: string }[] = [];
    while (retracted.length === 0) {
      retracted = (await ask<Trail>(url, query)).auditTrail.nodes.filter((event) => event.retracted);
      await sleep(100);
    }
    assert.deepEqual(
      retracted.map(({ kind }) => kind),
      ["GRANTED"],
    );
  });

  it("answers RETAINED and until when to the same query after the revoke", async () => {
    await demo.until(/Ana revokes/);
    let answer = await ask<Answer>(url, check);
    while (answer.check.state === "ACTIVE") answer = await ask<Answer>(url, check);
    assert.deepEqual([answer.check.decision, answer.check.state], ["DENIED", "RETAINED"]);
    const years = ((answer.check.validUntil ?? 0) - Date.now() / 1000) / (365.25 * 86_400);
    assert.ok(years > 4.9 && years < 5.1, `${years} years`);
  });

  it("ends what it left behind when it was killed, and goes on with the same data", async () => {
    await demo.end("SIGKILL");
    assert.equal(servers().length > 2, true, "the servers survive it");
    demo = new Demo(folder);
    url = (await demo.until(/answers at (http:\S+)/))[1] ?? "";
    assert.match(demo.output, /ended the PostgreSQL that an earlier run had left behind/);
    assert.match(demo.output, /ended the chain "Local A" that an earlier run had left behind/);
    assert.doesNotMatch(demo.output, /begins anew/);
    assert.equal((await ask<Answer>(url, check)).check.state, "RETAINED");
  });

  it("ends everything it started when asked to, and succeeds", async () => {
    assert.equal(await demo.end("SIGINT"), 0);
    assert.match(demo.output, /stopped the indexer.*stopped chain Local B.*stopped chain Local A.*stopped PostgreSQL/s);
    assert.deepEqual(servers(), []);
  });

  it("begins with an empty ledger when a local chain has lost its past", async () => {
    rmSync(join(folder, ".grantledger/chain-31337.json"));
    demo = new Demo(folder);
    await demo.until(/begins anew: it has indexed block \d+ of Local A/);
    const [query] = await demo.until(/query \{ check.*/);
    url = (await demo.until(/answers at (http:\S+)/))[1] ?? "";
    assert.equal((await ask<Answer>(url, query)).check.decision, "ALLOWED");
    assert.equal(await demo.end("SIGTERM"), 0);
    assert.deepEqual(servers(), []);
  });
});

describe("npm start with a wrong configuration", () => {
  it("names every problem at once, without a stack and without the secret", () => {
    const folder = mkdtempSync(join(tmpdir(), "grantledger-start-"));
    const env = { ...process.env, GRANTLEDGER_DATABASE_URL: "mysql://u:geheim@h/d", GRANTLEDGER_PORT: "70000" };
    const { status, stderr } = spawnSync(process.execPath, [START], { cwd: folder, env, encoding: "utf8" });
    rmSync(folder, { recursive: true });
    assert.equal(status, 1);
    assert.match(stderr, /database\.url: .*\n.*api\.port: /);
    assert.doesNotMatch(stderr, /geheim|at .*\.ts:/);
  });
});
