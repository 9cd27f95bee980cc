import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import type { GrantRecord } from "../../indexer/grants/record.ts";
import { accessEnd, activeEnd, type GrantState, stateAt } from "../../indexer/grants/rule.ts";
import { access, evaluation } from "../authzen/access.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { checkedAsync } from "../support/property.ts";
import { anyRecord } from "../support/records.ts";
import { address, bytes32, openWorld, type Said, type TestChain, type World } from "./world.ts";

/**
 * Every way of asking says the same: check, AuthZEN, grants (whose state filter is SQL), and the rule, over any records and
 * histories. The histories here play in the first seconds of 1970, where the records' boundaries lie close together.
 */

/** A change of a grant: which of the two chains and two purposes, how long after the one before, and the record then. */
const change = fc.record({
  chain: fc.constantFrom(0, 1),
  purpose: fc.constantFrom(1, 2),
  wait: fc.bigInt({ min: 0n, max: 2n }),
  record: anyRecord,
});
const histories = fc.array(change, { minLength: 1, maxLength: 8 });

interface Known {
  readonly chain: number;
  readonly purpose: number;
  readonly time: bigint;
  readonly record: GrantRecord;
}

const CHAINS = [1n, 2n] as const;
const END = 20n;

describe("agreement", () => {
  let postgres: TestPostgres;
  let world: World;
  let chains: TestChain[];
  let credential = 0;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    world.now = END;
    chains = [await world.chain(1n), await world.chain(2n)];
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  /** Puts a history on the chains and returns what was said, oldest first. */
  async function play(history: readonly { chain: number; purpose: number; wait: bigint; record: GrantRecord }[]) {
    credential += 1;
    const known: Known[] = [];
    const counts = new Map<string, number>();
    let time = 0n;
    for (const { chain, purpose, wait, record } of history) {
      time += wait;
      const grant = `${chain} ${purpose}`;
      const sequence = (counts.get(grant) ?? 0) + 1;
      counts.set(grant, sequence);
      const said: Said = { credential, purpose, record: { ...record, sequence } };
      await chains[chain]?.mine(time, [said]);
      known.push({ chain, purpose, time, record });
    }
    // Both chains have been seen up to here, whichever spoke last.
    for (const chain of chains) await chain.mine(time, []);
    return known;
  }

  /** The record of each grant at a moment, by the events until then. */
  function recordsAt(known: readonly Known[], at: bigint): Map<string, Known> {
    const newest = new Map<string, Known>();
    for (const one of known) if (one.time <= at) newest.set(`${one.chain} ${one.purpose}`, one);
    return newest;
  }

  function moments(known: readonly Known[]): bigint[] {
    const near = known.flatMap(({ time, record }) => [time, record.notBefore, activeEnd(record), accessEnd(record)]);
    const times = near.flatMap((t) => [t - 1n, t, t + 1n]).filter((t) => t >= 0n && t <= END);
    return [...new Set([...times, 0n, END])].sort((a, b) => Number(a - b));
  }

  it("check, grants and the rule of time, at every boundary of every history", async () => {
    let compared = 0;
    await checkedAsync(
      fc.asyncProperty(histories, async (history) => {
        const known = await play(history);
        for (const at of moments(known)) compared += await compareAt(known, at);
        compared += await compareAt(known, undefined);
      }),
      25,
    );
    assert(compared > 2000, `only ${compared} answers were compared`);
  });

  /** Asks everything about one moment in one request, and compares with the rule. */
  async function compareAt(known: readonly Known[], at: bigint | undefined): Promise<number> {
    const t = at ?? END;
    const moment = at === undefined ? "" : `, at: ${at}`;
    const grants = recordsAt(known, t);
    const who = `credential: "${bytes32(credential)}", grantee: "${address(2)}"`;
    const questions = [undefined, 1, 2].flatMap((purpose) =>
      [undefined, 0, 1].flatMap((chain) =>
        (["PURPOSE", "RECORD_KEEPING"] as const).map((use) => ({ purpose, chain, use })),
      ),
    );
    const STATES: GrantState[] = ["NONE", "PENDING", "ACTIVE", "RETAINED", "ENDED"];
    const asked = questions.map(({ purpose, chain, use }, i) => {
      const of = purpose === undefined ? "" : `, purpose: ${purpose}`;
      const on = chain === undefined ? "" : `, chain: "eip155:${CHAINS[chain]}"`;
      return `q${i}: check(${who}, use: ${use}${of}${on}${moment}) { decision state }`;
    });
    const listed = STATES.map(
      (state) =>
        `${state}: grants(filter: {credential: "${bytes32(credential)}", state: ${state}}${moment}) { nodes { chain purpose state } }`,
    );
    const data = await world.ask(`{ ${asked.join(" ")} ${listed.join(" ")} }`);

    const evaluations = questions.map(({ purpose, chain, use }) => {
      const context = {
        ...{ purpose, at: at === undefined ? undefined : Number(at) },
        chain: chain === undefined ? undefined : `eip155:${CHAINS[chain]}`,
      };
      return evaluation(credential, 2, context, use === "PURPOSE" ? "read" : "read_records");
    });
    const evaluated = (await access(world, { evaluations }, { path: "evaluations" })).body.evaluations;

    for (const [i, { purpose, chain, use }] of questions.entries()) {
      const states = [...grants.values()]
        .filter((one) => purpose === undefined || one.purpose === purpose)
        .filter((one) => chain === undefined || one.chain === chain)
        .map((one) => stateAt(one.record, t));
      const { decision, among } = expected(states, use);
      assert.equal(data[`q${i}`].decision, decision, `at ${at}, ${JSON.stringify(questions[i])}`);
      assert.deepEqual(
        [evaluated[i].decision, evaluated[i].context.outcome, evaluated[i].context.state],
        [decision === "ALLOWED", decision, data[`q${i}`].state],
        `AuthZEN at ${at}, ${JSON.stringify(questions[i])}`,
      );
      assert(among.includes(data[`q${i}`].state), `at ${at}: ${data[`q${i}`].state} is none of ${among}`);
    }
    for (const state of STATES) {
      // What was never granted is no grant, whatever else was said about it.
      const there = [...grants.values()]
        .filter((one) => state !== "NONE" && stateAt(one.record, t) === state)
        .map((one) => ({ chain: `eip155:${CHAINS[one.chain]}`, purpose: one.purpose, state }));
      const order = (a: { chain: string; purpose: number }, b: { chain: string; purpose: number }): number =>
        a.purpose - b.purpose || a.chain.localeCompare(b.chain);
      assert.deepEqual(data[state].nodes, there.sort(order), `grants ${state} at ${at}`);
    }
    return 2 * questions.length + STATES.length;
  }

  /** The decision restated from the states alone, and the states that may be named with it. */
  function expected(states: readonly GrantState[], use: "PURPOSE" | "RECORD_KEEPING") {
    const allowing: GrantState[] = use === "PURPOSE" ? ["ACTIVE"] : ["ACTIVE", "RETAINED"];
    const among = states.filter((state) => allowing.includes(state));
    // Of several that allow, the longest speaks; which one that is takes more than the states, see decide.test.ts.
    if (among.length > 0) return { decision: "ALLOWED", among };
    const closest = (["RETAINED", "PENDING", "ENDED", "NONE"] as const).find((state) => states.includes(state));
    return { decision: "DENIED", among: [closest ?? "NONE"] };
  }
});
