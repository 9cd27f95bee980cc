import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { rfc3339 } from "../../indexer/api/knownAt.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { anyQuestion, type Question, toQuery } from "./knownQuestions.ts";
import { KnownTraffic } from "./knownTraffic.ts";
import { openWorld, SUITE, type World } from "./world.ts";

/**
 * What was answered can be had again. Questions of every kind are asked while a world goes on (blocks, rollbacks, a chain that
 * is quarantined, nodes that fall silent, writers that start again, a chain that is added), and their answers kept. Then
 * each is asked again with the moment it was asked at: every byte has to be the same, errors too.
 */

const STEPS = 220;
const MAX_STALENESS = 60;

interface Recorded {
  readonly question: Question;
  /** The moment of the clock. */
  readonly moment: string;
  readonly body: string;
  /** `knownAt` of the answer, if it had any. */
  readonly knownAt: string | undefined;
}

describe("knownAt", () => {
  const random = createRandom(seed());
  const again = `again: GRANTLEDGER_SEED=${seed()}`;
  let postgres: TestPostgres;
  let world: World;
  const traffics = new Map<bigint, KnownTraffic>();
  const recorded: Recorded[] = [];
  const met = new Map<string, number>();
  let quarantined: bigint | undefined;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres, { maxStalenessSeconds: MAX_STALENESS });
    const cursors = new Map<string, string>();
    const ids: string[] = [];
    for (let step = 0; step < STEPS; step++) {
      world.now += BigInt(1 + random.int(3));
      if (step > 5) await move(step);
      for (let asked = random.int(5); asked > 0; asked--) await record(cursors, ids);
    }
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  const count = (what: string): void => void met.set(what, (met.get(what) ?? 0) + 1);

  /** The newest final block of each chain: nothing is rolled back below it. */
  const finals = new Map<bigint, bigint>();
  const becameFinal = (chainId: bigint, number: bigint | undefined): void => {
    if (number !== undefined && number > (finals.get(chainId) ?? 0n)) finals.set(chainId, number);
  };

  async function move(step: number): Promise<void> {
    if ([6, 8, 60].includes(step)) {
      const chainId = BigInt(traffics.size + 1);
      await world.chain(chainId, `Chain ${chainId}`, SUITE);
      traffics.set(chainId, new KnownTraffic(random));
      return count("chain");
    }
    const chainId = BigInt(1 + random.int(traffics.size || 1));
    const [chain, traffic] = [world.chains.get(chainId), traffics.get(chainId)];
    if (chain === undefined || traffic === undefined) return;
    const dice = random.int(100);
    if (dice < 3) {
      // Their nodes say nothing for a while.
      world.now += BigInt(MAX_STALENESS + 5);
      return count("silence");
    }
    if (dice < 8) {
      await chain.writer.close();
      const restarted = await world.chain(chainId, `Chain ${chainId} ${step}`, SUITE);
      restarted.takeOver(chain);
      return count("restart");
    }
    if (chainId === quarantined) return;
    if (step > 150 && quarantined === undefined && chainId === 2n) {
      quarantined = chainId;
      await chain.writer.quarantine("its block 7 is another one now");
      return count("quarantine");
    }
    const height = chain.height;
    const final = height > 6n ? height - 6n : undefined;
    const finality = { safe: height > 3n ? height - 3n : undefined, final };
    const ancestor = height - 1n - BigInt(random.int(2));
    if (dice < 25 && height > 3n && ancestor >= (finals.get(chainId) ?? 0n)) {
      await chain.rollback(ancestor);
      traffic.rollback(chain.height);
      return count("rollback");
    }
    if (dice < 45 && height > 0n) {
      const said: Partial<typeof finality> = random.chance(0.5) ? {} : finality;
      await chain.confirm(said);
      becameFinal(chainId, said.final);
      return count("confirm");
    }
    const time = world.now + BigInt(random.int(12) - 8);
    const header = await chain.mine(
      time > chain.time ? time : chain.time,
      traffic.events(time > chain.time ? time : chain.time),
      {
        ...finality,
        caughtUp: random.chance(0.9),
        head: height + 1n + BigInt(random.int(2)),
      },
    );
    traffic.mined(header.number);
    becameFinal(chainId, final);
    count("block");
  }

  async function record(cursors: Map<string, string>, ids: string[]): Promise<void> {
    const question = anyQuestion(random, world.now, cursors, ids);
    const body = await (await world.post({ query: toQuery(question) })).text();
    const { data, errors = [] } = JSON.parse(body);
    for (const { extensions } of errors) assert.equal(extensions.code, "BAD_INPUT", `${body}; ${again}`);
    const answer = data?.answer;
    recorded.push({ question, body, moment: rfc3339(world.now * 1_000_000n), knownAt: answer?.knownAt });
    count(answer?.decision ?? (answer === undefined || answer === null ? "none" : "list"));
    const { edges = [], nodes = [] } = answer ?? {};
    if (edges.length > 0) cursors.set(question.field, random.pick(edges as { cursor: string }[]).cursor);
    if (question.field === "grants") ids.push(...nodes.map((node: { id: string }) => node.id));
  }

  async function askAgain(by: (one: Recorded) => string | undefined): Promise<number> {
    let compared = 0;
    for (const one of recorded) {
      const knownAt = by(one);
      if (knownAt === undefined) continue;
      const query = toQuery(one.question, knownAt);
      const body = await (await world.post({ query })).text();
      assert.equal(body, one.body, `${query}\nanswered ${compared} before; ${again}`);
      compared += 1;
    }
    return compared;
  }

  it("a moment of the clock has every answer again, to the byte", async () => {
    const compared = await askAgain(({ moment }) => moment);
    assert(compared > 300, `${compared}`);
    // A run in which hardly anything happened would be had again by anything.
    for (const what of ["ALLOWED", "DENIED", "INDETERMINATE", "list", "rollback", "restart", "quarantine", "silence"])
      assert(met.has(what), `no ${what}: ${JSON.stringify([...met])}; ${again}`);
  });

  it("so does the knownAt of the answer", async () => {
    assert((await askAgain(({ knownAt }) => knownAt)) > 200);
  });

  it("and they still do after more has happened", async () => {
    for (let step = 0; step < 30; step++) {
      world.now += 1n;
      await move(50);
    }
    assert(
      (await askAgain(({ moment, knownAt }) =>
        random.chance(0.2) ? moment : random.chance(0.2) ? knownAt : undefined,
      )) > 60,
    );
  });
});
