import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type DocumentNode, Kind, parse, validate, visit } from "graphql";
import { CHECK_REASONS } from "../../indexer/api/decide.ts";
import { ERROR_CODES } from "../../indexer/api/errors.ts";
import { SDL_PATH, sdl } from "../../indexer/api/printSchema.ts";
import { schema } from "../../indexer/api/schema.ts";

const committed = readFileSync(SDL_PATH, "utf8");

/** Definitions without a description, by name. */
function undescribed(document: DocumentNode): string[] {
  const missing: string[] = [];
  const path: string[] = [];
  const DESCRIBED: ReadonlySet<string> = new Set([
    Kind.SCALAR_TYPE_DEFINITION,
    Kind.OBJECT_TYPE_DEFINITION,
    Kind.INTERFACE_TYPE_DEFINITION,
    Kind.UNION_TYPE_DEFINITION,
    Kind.ENUM_TYPE_DEFINITION,
    Kind.INPUT_OBJECT_TYPE_DEFINITION,
    Kind.FIELD_DEFINITION,
    Kind.INPUT_VALUE_DEFINITION,
    Kind.ENUM_VALUE_DEFINITION,
    Kind.DIRECTIVE_DEFINITION,
  ]);
  visit(document, {
    enter(node) {
      if (!("name" in node) || node.name === undefined || !DESCRIBED.has(node.kind)) return;
      path.push(node.name.value);
      if (!("description" in node) || (node.description?.value.trim().length ?? 0) < 5) missing.push(path.join("."));
    },
    leave(node) {
      if (DESCRIBED.has(node.kind)) path.pop();
    },
  });
  return missing;
}

describe("the schema", () => {
  it("is the committed one; otherwise: node indexer/api/printSchema.ts", () => {
    assert.equal(committed, sdl());
  });

  it("describes every type, field, argument and value", () => {
    assert.deepEqual(undescribed(parse(committed)), []);
  });

  it("would notice one that is not described", () => {
    const text = `"Described." type Query { a(b: Int): E } "Described." enum E { "Described." X Y }`;
    assert.deepEqual(undescribed(parse(text)), ["Query.a", "Query.a.b", "E.Y"]);
  });

  it("changes nothing: there are no mutations", () => {
    assert.equal(schema.getMutationType(), undefined);
  });

  it("is what docs/API.md asks", () => {
    const page = readFileSync(new URL("../../docs/API.md", import.meta.url), "utf8");
    const queries = [...page.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, text]) => text ?? "");
    assert(queries.length >= 5);
    for (const query of queries) assert.deepEqual(validate(schema, parse(query)), [], query);
  });

  it("has in docs/API.md every error code and every reason for no answer", () => {
    const page = readFileSync(new URL("../../docs/API.md", import.meta.url), "utf8");
    const indeterminate = CHECK_REASONS.filter((reason) => /^(CHAIN_|AT_|NO_CHAIN)/.test(reason));
    for (const code of [...ERROR_CODES, ...indeterminate]) assert.match(page, new RegExp(`^\\| \`${code}\``, "m"));
  });
});
