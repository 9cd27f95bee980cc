import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { RECEIPT_TYPE } from "../../indexer/receipts/receipt.ts";
import { RECEIPT_FAULTS } from "../../indexer/receipts/verify.ts";
import { address, bytes32, openWorld, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { playAccess } from "./access.ts";

/** The requests of docs/AUTHZEN.md are answered, and its types and words are those of the code. */

const page = readFileSync(new URL("../../docs/AUTHZEN.md", import.meta.url), "utf8");
const requests = [...page.matchAll(/```http\n(\w+) (\S+)\n([\s\S]*?)\n\n([\s\S]*?)```/g)];

describe("docs/AUTHZEN.md", () => {
  let postgres: TestPostgres;
  let world: World;
  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    await playAccess(world);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  it("shows requests", () => assert.equal(requests.length, 2));

  for (const [, method = "", path = "", headers = "", body = ""] of requests)
    it(`${method} ${path}`, async () => {
      const given = body
        .replaceAll('"institution", "id": "0x…"', `"institution", "id": "${address(2)}"`)
        .replaceAll('"credential", "id": "0x…"', `"credential", "id": "${bytes32(8)}"`);
      const response = await fetch(`${world.api.url}${path}`, {
        method,
        headers: Object.fromEntries(headers.split("\n").map((line) => line.split(": ") as [string, string])),
        body: given,
      });
      const said = (await response.json()) as { decision?: boolean; evaluations?: { decision: boolean }[] };
      assert.equal(response.status, 200, JSON.stringify(said));
      // Credential 8 is kept for its records alone.
      assert.deepEqual(
        said.evaluations?.map(({ decision }) => decision) ?? said.decision,
        path.endsWith("s") ? [false] : false,
      );
    });

  it("has the type that is signed, and every fault", () => {
    const shown = [...page.matchAll(/^ {4}([A-Z]\w+\(.+\))$/gm)].map(([, type]) => type).join("");
    assert.equal(shown, RECEIPT_TYPE);
    for (const fault of RECEIPT_FAULTS) assert.ok(page.includes(`\`${fault}\``), fault);
  });
});
