import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { ERROR_CODES } from "../../indexer/api/errors.ts";
import { AccessGrants__factory } from "../../typechain-types/factories/AccessGrants__factory.ts";
import { CredentialRegistry__factory } from "../../typechain-types/factories/CredentialRegistry__factory.ts";
import { EntityRegistry__factory } from "../../typechain-types/factories/EntityRegistry__factory.ts";

/** docs/ERRORS.md lists every error there is and none that is not. */

const page = await readFile(new URL("../../docs/ERRORS.md", import.meta.url), "utf8");

/** First cells of the table under a heading. */
function listed(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? "").sort();
}

for (const [name, factory] of [
  ["AccessGrants", AccessGrants__factory],
  ["CredentialRegistry", CredentialRegistry__factory],
  ["EntityRegistry", EntityRegistry__factory],
] as const)
  test(`every custom error of ${name} is explained`, () => {
    const errors: string[] = [];
    factory.createInterface().forEachError((error) => errors.push(error.format("sighash")));
    assert.ok(errors.length > 8);
    assert.deepEqual(listed(`Of ${name}`), errors.sort());
  });

test("every code of the API is explained", () => {
  assert.deepEqual(listed("Of the API"), [...ERROR_CODES].sort());
});
