import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type DocumentNode, Kind, parse, visit } from "graphql";
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
    assert.equal(schema.getSubscriptionType(), undefined);
  });
});
