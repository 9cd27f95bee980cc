import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import pino from "pino";
import { TransitionKeeper } from "../../indexer/ledger/transitions/keeper.ts";
import { openWorld, type World } from "../api/world.ts";
import { runnable } from "../docs/blocks.ts";
import { playFirstDay, VALUES } from "../docs/firstDayScene.ts";
import { matches } from "../docs/matches.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { installPublished, type Project } from "./published.ts";

const run = promisify(execFile);
const TSC = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
const { credential, ended, grantee } = VALUES;
const PAGES = ["CLIENT.md", "INSTITUTIONS.md"] as const;

/** The Node that the host has beside the pinned one, where it has one that the client promises to work in. */
const HOST_NODE = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "node"))
  .find((path) => existsSync(path) && realpathSync(path) !== realpathSync(process.execPath) && majorOf(path) >= 20);

function majorOf(node: string): number {
  const { stdout } = spawnSync(node, ["-p", "process.versions.node.split('.')[0]"], { encoding: "utf8" });
  return Number(stdout);
}

describe("the client as it is published", () => {
  let postgres: TestPostgres;
  let world: World;
  let project: Project;
  let keeper: TransitionKeeper;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    await playFirstDay(world);
    keeper = new TransitionKeeper(world.databaseUrl, pino({ level: "silent" }));
    project = await installPublished();
  });
  after(async () => {
    await project?.remove();
    await keeper?.stop();
    await world?.close();
    await postgres?.stop();
  });

  it("needs nothing but itself, and exports nothing but itself", () => {
    const manifest = JSON.parse(readFileSync(join(project.installed, "package.json"), "utf8"));
    assert.deepEqual(Object.keys(manifest.exports), ["./client", "./verify"]);
    assert.equal(manifest.dependencies, undefined);
    assert.equal(manifest.private, undefined);
    for (const paths of Object.values(manifest.exports as Record<string, Record<string, string>>))
      for (const path of Object.values(paths)) assert(existsSync(join(project.installed, path)));
  });

  /** All examples of a page as one program: what comes after the first sees what the first one made. */
  function program(page: string): { source: string; output: string[] } {
    const [first, ...others] = runnable(page).filter(({ language }) => language === "ts");
    assert(first);
    const imports = /^import type .*$/gm;
    const types = others.flatMap(({ text }) => text.match(imports) ?? []);
    const rest = others.map(({ text }) => `{\n${text.replaceAll(imports, "")}}\n`);
    const given = { credential, ended, grantee };
    const constants = Object.entries(given).map(
      ([name, value]) => `const ${name} = ${JSON.stringify(value)} as const;`,
    );
    const source = [...types, ...constants, first.text, ...rest, "void [credential, ended, grantee];"].join("\n");
    const output = [first, ...others].flatMap(({ comes }) => comes?.text.trimEnd().split("\n") ?? []);
    return { source: source.replaceAll("https://ledger.example", world.api.url), output };
  }

  for (const page of PAGES) {
    it(`${page}: the examples do what they show`, async () => {
      const { source, output } = program(page);
      assert(output.length > 0);
      const path = await project.write(`${page}.ts`, source);
      const { stdout } = await run(process.execPath, [path], { timeout: 60_000 });
      matches(stdout.trimEnd().split("\n"), output);
    });

    it(`${page}: the examples fit the published types`, async () => {
      const path = await project.write(`${page}.typed.ts`, program(page).source);
      const options =
        "--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2022 --lib es2022,dom";
      const { stdout } = await run(process.execPath, [TSC, ...options.split(" "), "--types", "", path], {
        timeout: 300_000,
        cwd: project.folder,
      }).catch((error: { stdout: string }) => error);
      assert.equal(stdout, "");
    });
  }

  it("does not let a program take what is not allowed for allowed", async () => {
    const wrong = `import type { Answer, Indeterminate } from "grantledger/client";
declare const answer: Answer;
if (!answer.allowed) { const until: number = answer.validUntil; void until; }
if (answer.decision === "INDETERMINATE") { const yes: true = answer.allowed; void yes; }
const made: Indeterminate = { ...(answer as Indeterminate), allowed: true }; void made;
if (answer.allowed && answer.reason === "CHAIN_STALE") void 0;
`;
    const path = await project.write("wrong.ts", wrong);
    const options = "--noEmit --strict --module nodenext --target es2022 --lib es2022,dom --types".split(" ");
    const { stdout } = await run(process.execPath, [TSC, ...options, "", path], {
      cwd: project.folder,
      timeout: 300_000,
    }).then(
      () => ({ stdout: "" }),
      (error: { stdout: string }) => error,
    );
    assert.deepEqual(
      [...stdout.matchAll(/wrong\.ts\((\d+),/g)].map(([, line]) => Number(line)),
      [3, 4, 5, 6],
      stdout,
    );
  });

  const ASK = (url: string) => `import { createClient } from "grantledger/client";
const client = createClient({ url: ${JSON.stringify(url)} });
const { allowed, reason } = await client.check({ credential: "${credential}", grantee: "${grantee}" });
let events = 0;
for await (const _ of client.auditTrail({}, { pageSize: 2 })) events += 1;
const failed = await client.check({ credential: "0x", grantee: "${grantee}" }).catch(({ code }) => code);
`;
  const EXPECTED = { allowed: true, reason: "ACTIVE", events: 7, failed: "BAD_INPUT" };

  it("works in the host's own Node", {
    skip: HOST_NODE === undefined && "the host has no other Node from 20 up",
  }, async () => {
    const path = await project.write(
      "host.mjs",
      `${ASK(world.api.url)}console.log(JSON.stringify({ allowed, reason, events, failed }));`,
    );
    const { stdout } = await run(HOST_NODE ?? "", [path], { timeout: 60_000 });
    assert.deepEqual(JSON.parse(stdout), EXPECTED);
  });

  it("works bundled where there is nothing but web standards", async () => {
    const entry = await project.write(
      "page.js",
      `${ASK(world.api.url)}globalThis.tell({ allowed, reason, events, failed });`,
    );
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: "esm",
      platform: "browser",
      target: ["chrome111", "firefox115", "safari16.4"],
    });
    const [bundle] = outputFiles;
    assert(bundle);
    assert.doesNotMatch(bundle.text, /\b(?:require|process|Buffer)\b|^import /m);
    const told = await new Promise((resolve, reject) => {
      const standards = { fetch, Headers, AbortController, URL, setTimeout, clearTimeout, performance };
      const context = createContext({ ...standards, tell: resolve });
      const finished = runInContext(`(async () => {${bundle.text}})()`, context) as Promise<void>;
      finished.catch(reject);
    });
    assert.deepEqual({ ...(told as object) }, EXPECTED);
  });
});
