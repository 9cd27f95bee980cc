import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { Kind, parse } from "graphql";
import { openWorld, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { runnable, type Shown } from "./blocks.ts";
import { playFirstDay, VALUES } from "./firstDayScene.ts";
import { matches } from "./matches.ts";

/**
 * Every command and query of these pages does what they show. What is TypeScript is run by the test of the client. An answer
 * that differs is printed whole by SHOW=1.
 */

const run = promisify(execFile);
const SHELL_VALUES = { CREDENTIAL: VALUES.credential, ACCOUNT: VALUES.grantee };
/** Nobody has placed a hold in the scene. */
const AUTHORITY = VALUES.holder;

describe("the first day of", () => {
  let postgres: TestPostgres;
  let world: World;
  let knownAt: string;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres, { explore: true });
    await playFirstDay(world);
    knownAt = (await world.ask("{ grants { knownAt } }")).grants.knownAt;
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  async function answer(query: string): Promise<unknown> {
    const values: Record<string, unknown> = { ...VALUES, authority: AUTHORITY, knownAt };
    const variables: Record<string, unknown> = {};
    for (const definition of parse(query).definitions)
      if (definition.kind === Kind.OPERATION_DEFINITION)
        for (const { variable } of definition.variableDefinitions ?? []) {
          assert(variable.name.value in values, `$${variable.name.value}`);
          variables[variable.name.value] = values[variable.name.value];
        }
    return await world.ask(query, variables);
  }

  async function command(text: string, exports: string): Promise<unknown> {
    const given = Object.entries(SHELL_VALUES).reduce(
      (script, [name, value]) => script.replaceAll(`${name}=0x…`, `${name}=${value}`),
      `${exports}\n${text}`.replaceAll("https://ledger.example", world.api.url),
    );
    const { stdout } = await run("bash", ["-euo", "pipefail", "-c", given], { timeout: 60_000 });
    return stdout === "" ? undefined : JSON.parse(stdout);
  }

  for (const [page, least] of [
    ["INSTITUTIONS.md", 7],
    ["AUDITORS.md", 4],
  ] as const) {
    const blocks = runnable(page).filter(({ language }) => language !== "ts");
    const exports = blocks.filter(({ text }) => text.startsWith("export ")).map(({ text }) => text);

    it(`${page}: there is enough of it, most with what comes of it`, () => {
      const shown = blocks.filter(({ comes }) => comes !== undefined);
      assert(shown.length >= least, `${shown.length}`);
      for (const { language } of blocks) assert(["sh", "graphql"].includes(language), language);
    });

    for (const [i, block] of blocks.entries())
      it(`${page}: ${i + 1}. ${block.text.split("\n")[0]}`, async () => {
        const came = block.language === "sh" ? await command(block.text, exports.join("\n")) : await answer(block.text);
        expectShown(came, block);
      });
  }
});

function expectShown(came: unknown, { comes }: Shown): void {
  if (comes === undefined) return;
  try {
    matches(came, JSON.parse(comes.text));
  } catch (error) {
    if (process.env["SHOW"] === undefined) throw error;
    throw new Error(`came: ${JSON.stringify(came)}`, { cause: error });
  }
}
