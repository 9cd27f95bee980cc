import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { EXIT } from "../../indexer/commands/command.ts";
import { COMMANDS } from "../../indexer/commands/commands.ts";
import { type IndexedSuite, indexSuite } from "../support/indexedSuite.ts";
import { type LyingProxy, startLyingProxy } from "../support/lyingProxy.ts";
import { seed } from "../support/property.ts";

/** Every command that the runbook names is one that there is, and works as it stands there. */

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../docs/${path}`, import.meta.url)), "utf8");
const RUNBOOK = read("OPERATORS.md");
const CHAIN = 46_003;

let suite: IndexedSuite;
let second: LyingProxy;
before(async () => {
  suite = await indexSuite(CHAIN, seed());
  second = await startLyingProxy(suite.anvil.url);
});
after(async () => {
  await second?.stop();
  await suite?.stop();
});

/** A line of a shell, as far as the runbook has them. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");

const lines = [...RUNBOOK.matchAll(/^ {4}npm run ledger -- (.+)$/gm)].map(([, line]) => words(line ?? ""));

test("the runbook lists every command, and shows it at work", () => {
  const section = RUNBOOK.split(/^## /m).find((part) => part.startsWith("Commands")) ?? "";
  const listed = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(
    listed,
    COMMANDS.map(({ name }) => name),
  );
  for (const { name } of COMMANDS)
    assert.ok(
      lines.some(([first]) => first === name),
      `${name} is shown at work`,
    );
});

test("ERRORS.md lists every exit code", () => {
  const section =
    read("ERRORS.md")
      .split(/^## /m)
      .find((part) => part.startsWith("Of the commands")) ?? "";
  const listed = [...section.matchAll(/^\| `(\d+)` \| `(\w+)` \|/gm)].map(([, code, name]) => [name, Number(code)]);
  assert.deepEqual(Object.fromEntries(listed), EXIT);
});

for (const [i, line] of lines.entries())
  test(`line ${i + 1}: ${line.join(" ").slice(0, 60)}`, async () => {
    const head = await suite.anvil.provider.getBlockNumber();
    const here = line.map((word) =>
      word
        .replace("eip155:42161", `eip155:${CHAIN}`)
        // What is raised has to be final.
        .replace("170000000", String(head - 30))
        .replace("170010000", String(head - 16))
        .replace("180000000", String(head - 12))
        .replace("180010000", String(head - 1))
        .replace("https://another-provider.example/key", second.url),
    );
    const [name] = here;
    if (name === "resume") {
      const held = await suite.ledger.here(["quarantine", `${CHAIN}`, "--reason", "so that it can be resumed"]);
      assert.ok(held.code === 0 || /is quarantined already/.test(held.stderr), held.stderr);
    }
    if (name === "retire") await suite.ledger.configure([]);
    const { code, stdout, stderr } = await suite.ledger.here(here);
    assert.ok(code === EXIT.done || (name === "status" && code === EXIT.found), `${code}: ${stdout}${stderr}`);
    assert.notEqual(stdout, "");
    // What was rolled back is read again, so that the next line finds the ledger full.
    if (name === "resume") await (await suite.follow()).stop();
  });
