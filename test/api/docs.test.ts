import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { Kind, parse, type TypeNode } from "graphql";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { playRegistries } from "./registryScene.ts";
import { address, bytes32, openWorld, type World } from "./world.ts";

const EXAMPLES: Readonly<Record<string, unknown>> = { Bytes32: bytes32(1), Address: address(0xe1) };
const nameOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type));

/** The queries of a page, those with an ellipsis for a value completed. */
function queries(page: string): string[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  return [...text.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, query]) =>
    String(query)
      .replaceAll(/\b(credential|ref|operation): "0x…"/g, `$1: "${bytes32(1)}"`)
      .replaceAll('"0x…"', `"${address(0xe1)}"`),
  );
}

describe("the queries of the documents", () => {
  let postgres: TestPostgres;
  let world: World;
  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    await playRegistries(world);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  for (const [page, least] of [
    ["API.md", 11],
    ["REPORTS.md", 3],
  ] as const)
    it(`${page}: each is answered`, async () => {
      const all = queries(page);
      assert(all.length >= least, `${all.length}`);
      for (const query of all) {
        const variables: Record<string, unknown> = {};
        for (const definition of parse(query).definitions)
          if (definition.kind === Kind.OPERATION_DEFINITION)
            for (const { variable, type } of definition.variableDefinitions ?? [])
              variables[variable.name.value] = EXAMPLES[nameOf(type)];
        assert.ok(await world.ask(query, variables), query);
      }
    });
});
