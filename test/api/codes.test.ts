import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  CREDENTIAL_REASONS,
  ENTITY_REASONS,
  LEGAL_BASES,
  PURPOSES,
  purposeWords,
  REASONS,
} from "../../indexer/grants/codes.ts";

const document = readFileSync(new URL("../../docs/CODES.md", import.meta.url), "utf8");

/** The rows of the table under a heading, as [code, name]. */
function table(heading: string): [number, string][] {
  const section = document.split(/^## /m).find((part) => part.startsWith(heading));
  assert(section, `docs/CODES.md has no section ${heading}`);
  return [...section.matchAll(/^\| (\d+) \| ([A-Z_]+) \|/gm)].map(([, code, name]) => [Number(code), String(name)]);
}

describe("codes", () => {
  for (const [heading, codes] of [
    ["Purpose", PURPOSES],
    ["Legal basis", LEGAL_BASES],
    ["Reason", REASONS],
    ["Credential reason", CREDENTIAL_REASONS],
    ["Entity reason", ENTITY_REASONS],
  ] as const)
    it(`${heading}: the page and the code name the same`, () => {
      const rows = table(heading);
      assert(rows.length > 5);
      assert.deepEqual([...codes], rows);
    });

  it("a code without a name is a number in a sentence", () => {
    assert.equal(purposeWords(1), "customer due diligence");
    assert.equal(purposeWords(40_000), "purpose 40000");
    assert.equal(purposeWords(0), "purpose 0");
  });
});
