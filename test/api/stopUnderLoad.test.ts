import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Pool } from "undici";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { address, bytes32, NOW, openWorld, type World } from "./world.ts";

const CONNECTIONS = 20;
/** Longer than the server takes to let go. */
const WITHIN_MS = 20_000;

/** Whoever stops the server while it is busy loses nobody's answer: what it has taken in it answers. */
describe("stopped under load", () => {
  let postgres: TestPostgres;
  let world: World;
  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    const chain = await world.chain(1n);
    await chain.mine(NOW - 10n, [{ record: {} }]);
  });
  after(async () => {
    await Promise.all([...(world?.chains.values() ?? [])].map(({ writer }) => writer.close()));
    await postgres?.stop();
  });

  it("answers what is under way, and refuses the rest as a connection, not with a wrong answer", async () => {
    const query = `{ check(credential: "${bytes32(1)}", grantee: "${address(2)}") { decision }
      auditTrail(first: 100) { nodes { id } } }`;
    const pool = new Pool(world.api.url, {
      connections: CONNECTIONS,
      headersTimeout: WITHIN_MS,
      bodyTimeout: WITHIN_MS,
    });
    const counts = { answered: 0, refused: 0, cut: 0 };
    let answeredAfterStop = 0;
    let stopping = false;
    const ask = async (): Promise<void> => {
      while (true) {
        // What was sent before the server was told to stop is under way, and has to be answered.
        const before = !stopping;
        try {
          const { statusCode, body } = await pool.request({
            ...{ path: "/graphql", method: "POST", headers: { "content-type": "application/json" } },
            body: JSON.stringify({ query }),
          });
          const { data } = (await body.json()) as { data: { check: { decision: string } } };
          assert.deepEqual([statusCode, data.check.decision], [200, "ALLOWED"]);
          counts.answered++;
          if (stopping) answeredAfterStop++;
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          counts[before ? "cut" : "refused"]++;
          return;
        }
      }
    };
    const load = Promise.all(Array.from({ length: CONNECTIONS }, ask));
    while (counts.answered < 200) await new Promise((resolve) => setTimeout(resolve, 5));
    stopping = true;
    await world.api.stop();
    await load;
    await pool.close();
    assert.equal(counts.cut, 0, JSON.stringify(counts));
    assert.equal(counts.refused, CONNECTIONS);
    // It was busy when it was told.
    assert(answeredAfterStop > 0, JSON.stringify(counts));
  });
});
