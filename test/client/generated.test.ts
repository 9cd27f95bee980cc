import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse, validate } from "graphql";
import * as documents from "../../client/generated/documents.ts";
import { schema } from "../../indexer/api/schema.ts";
import { generatedClient } from "../../scripts/client/generate.ts";

const FOLDER = new URL("../../client/generated/", import.meta.url);

test("what the client knows of the API is what the committed schema says: else run `npm run generate`", async () => {
  const generated = await generatedClient();
  assert.deepEqual(readdirSync(FOLDER).sort(), [...generated.keys()].sort());
  for (const [name, text] of generated) assert.equal(readFileSync(new URL(name, FOLDER), "utf8"), text, name);
});

test("every document of the client is one that this API answers", () => {
  const all = Object.entries(documents);
  assert(all.length >= 10);
  for (const [name, text] of all) assert.deepEqual(validate(schema, parse(text)), [], name);
});
