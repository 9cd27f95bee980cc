import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { quarantineChain, retireChain } from "../../indexer/ledger/holdChain.ts";
import { resumeWhereItStands } from "../../indexer/ledger/resumeChain.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { address, bytes32, NOW, openWorld, type TestChain, type World } from "./world.ts";

/**
 * One answer is of one moment, although blocks come while it is read, and the clock stands still: what it shows of a grant, of
 * its history and of its chain belongs together, and its `knownAt` has it again.
 */

const WHO = `credential: "${bytes32(1)}", grantee: "${address(2)}"`;
const HISTORY =
  "record { sequence } blockNumber history(last: 3) { nodes { change blockNumber retracted } evaluatedAt { block } }";
const EVALUATED = "evaluatedAt { chain block status }";
const QUESTIONS = {
  check: (known: string) => `check(${WHO}${known}) { decision grants { ${HISTORY} } ${EVALUATED} knownAt }`,
  grants: (known: string) => `grants(filter: {${WHO}}${known}) { nodes { ${HISTORY} } ${EVALUATED} knownAt }`,
  trail: (known: string) =>
    `auditTrail(filter: {${WHO}, retracted: false}, last: 1${known}) { nodes { change blockNumber } ${EVALUATED} knownAt }`,
} as const;

interface Shown {
  readonly record: { sequence: number };
  readonly blockNumber: number;
  readonly history: {
    nodes: { change: number; blockNumber: number; retracted: boolean }[];
    evaluatedAt: { block: number }[];
  };
}

describe("one answer, one snapshot", () => {
  let postgres: TestPostgres;
  let world: World;
  let chain: TestChain;
  let sequence = 0;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    chain = await world.chain(1n);
    await extend();
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  /** One block, in which the grant is extended once more. */
  const extend = async (): Promise<void> => {
    sequence += 1;
    await chain.mine(NOW, [{ record: { expiresAt: NOW + 100n + BigInt(sequence), sequence } }]);
  };

  it("while blocks come, and again by knownAt", async () => {
    const answers: { ask: (known: string) => string; body: string; knownAt: string }[] = [];
    let writing = true;
    const write = async (): Promise<void> => {
      for (let i = 0; i < 120; i++) {
        await extend();
        // A block that is dropped again, and comes in another form.
        if (i % 7 === 0) {
          sequence -= 1;
          await chain.rollback(chain.height - 1n);
        }
      }
      writing = false;
    };
    const read = async (ask: (known: string) => string): Promise<void> => {
      while (writing) {
        const response = await world.post({ query: `{ answer: ${ask("")} }` });
        const body = await response.text();
        const { answer } = JSON.parse(body).data;
        assertOneMoment(answer);
        answers.push({ ask, body, knownAt: answer.knownAt });
      }
    };
    await Promise.all([write(), ...Object.values(QUESTIONS).map(read), read(QUESTIONS.check)]);
    assert(new Set(answers.map(({ knownAt }) => knownAt)).size > 20, "answers of different moments");
    for (const { ask, body, knownAt } of answers) {
      const again = await (await world.post({ query: `{ answer: ${ask(`, knownAt: "${knownAt}"`)} }` })).text();
      assert.equal(again, body);
    }
  });

  function assertOneMoment(answer: {
    evaluatedAt: { block: number }[];
    grants?: Shown[];
    nodes?: (Shown | { change: number; blockNumber: number })[];
  }): void {
    const block = answer.evaluatedAt[0]?.block;
    for (const shown of answer.grants ?? answer.nodes ?? []) {
      // Each block extends the grant, so the newest block is that of its newest event.
      assert.equal(shown.blockNumber, block);
      if (!("history" in shown)) continue;
      const standing = shown.history.nodes.filter((event) => !event.retracted).at(-1);
      assert.deepEqual([standing?.blockNumber, standing?.change], [block, shown.record.sequence]);
      assert.equal(shown.history.evaluatedAt[0]?.block, block);
    }
  }

  it("also when the clock of a new writer is behind that of the one before", async () => {
    world.now += 500n;
    await extend();
    const ask = async (known = ""): Promise<string> =>
      (await world.post({ query: `{ answer: ${QUESTIONS.check(known)} }` })).text();
    const kept: string[] = [];
    for (const back of [0n, 300n, 200n]) {
      world.now -= back;
      await chain.writer.close();
      const restarted = await world.chain(1n);
      restarted.takeOver(chain);
      chain = restarted;
      await extend();
      kept.push(await ask());
      await chain.confirm();
      kept.push(await ask());
      await extend();
    }
    world.now += 1_000n;
    await extend();
    for (const body of kept) {
      const { knownAt } = JSON.parse(body).data.answer;
      assert.equal(await ask(`, knownAt: "${knownAt}"`), body);
    }
  });

  it("also across what an operator decides", async () => {
    const client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    const decision = { text: "the node was wrong", by: "operator" };
    const ask = async (known = ""): Promise<string> =>
      (await world.post({ query: `{ answer: ${QUESTIONS.check(known)} }` })).text();
    const kept = [await ask()];
    for (const act of [quarantineChain, resumeWhereItStands, quarantineChain, retireChain, resumeWhereItStands]) {
      await client.query("BEGIN");
      await act(client, 1n, decision);
      await client.query("COMMIT");
      kept.push(await ask());
    }
    await client.end();
    const statuses = kept.map((body) => JSON.parse(body).data.answer.evaluatedAt[0].status);
    assert.deepEqual(statuses, ["LIVE", "QUARANTINED", "BACKFILL", "QUARANTINED", "RETIRED", "BACKFILL"]);
    for (const body of kept) assert.equal(await ask(`, knownAt: "${JSON.parse(body).data.answer.knownAt}"`), body);
  });

  it("what is still to come is refused, what came before everything is nothing", async () => {
    const check = (knownAt: string) =>
      `{ check(${WHO}, knownAt: "${knownAt}") { decision reason evaluatedAt { chain } } }`;
    const soon = new Date(Number(world.now) * 1000 + 1).toISOString();
    const { code, message } = await world.fail(check(soon));
    assert.deepEqual([code, message], ["BAD_INPUT", "knownAt: expected a moment that is not still to come"]);
    assert.deepEqual(await world.ask(check("2020-01-01T00:00:00Z")), {
      check: { decision: "INDETERMINATE", reason: "NO_CHAIN", evaluatedAt: [] },
    });
    assert.deepEqual(
      await world.ask(`{ grants(knownAt: "2020-01-01T00:00:00.5Z") { nodes { id } evaluatedAt { chain } } }`),
      {
        grants: { nodes: [], evaluatedAt: [] },
      },
    );
    const unknown = `{ check(${WHO}, chain: 1, knownAt: "2020-01-01T00:00:00Z") { decision } }`;
    assert.equal((await world.fail(unknown)).code, "BAD_INPUT", "the chain was none yet");
  });
});
