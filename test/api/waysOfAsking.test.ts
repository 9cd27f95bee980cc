import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Access, access, evaluation } from "../authzen/access.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { askInParts } from "./inParts.ts";
import { CREDENTIALS, GRANTEES, KnownTraffic, PURPOSES } from "./knownTraffic.ts";
import { address, bytes32, openWorld, SUITE, type World } from "./world.ts";

/**
 * However it is asked, the answer is one: `check`, `checkMany`, AuthZEN one by one and many at once, `whoCanRead` and
 * `readableBy`, for all pairs, now, at earlier moments of the chains and of our knowledge, at every finality, while chains are
 * live, behind, silent and quarantined.
 */

const STEPS = 40;
const PAIRS = CREDENTIALS.flatMap((credential) =>
  GRANTEES.flatMap((grantee) => PURPOSES.map((purpose) => ({ credential, grantee, purpose }))),
);
type Pair = (typeof PAIRS)[number];
const nameOf = ({ credential, grantee, purpose }: Pair): string =>
  `${bytes32(credential)} ${address(grantee)} ${purpose}`;
const FACTS = "decision reason decidedBy state explanation validUntil purpose";
const LIST = `pageInfo { hasNextPage hasPreviousPage startCursor endCursor } complete
  edges { cursor node { credential grantee purpose answer { ${FACTS} } } }`;

interface Edge {
  readonly cursor: string;
  readonly node: { credential: string; grantee: string; purpose: number; answer: { decision: string } };
}
interface List {
  readonly edges: Edge[];
  readonly complete: boolean;
  readonly pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean };
}

/** What is asked besides, as AuthZEN's context and GraphQL's arguments both name it. */
interface Demand {
  readonly at?: number;
  readonly knownAt?: string;
  readonly finality?: "SAFE" | "FINALIZED";
  readonly maxLag?: number;
  readonly chain?: string;
}

const argumentsOf = ({ finality, ...rest }: Demand): string =>
  [
    ...Object.entries(rest).map(([name, value]) => `, ${name}: ${JSON.stringify(value)}`),
    ...(finality === undefined ? [] : [`, finality: ${finality}`]),
  ].join("");

describe("ways of asking", () => {
  const random = createRandom(seed());
  const again = `again: GRANTLEDGER_SEED=${seed()}`;
  let postgres: TestPostgres;
  let world: World;
  const traffics = new Map<bigint, KnownTraffic>();
  const met = new Map<string, number>();
  let compared = 0;
  let begun = 0n;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    begun = world.now;
    for (const chainId of [1n, 2n, 3n]) {
      await world.chain(chainId, `Chain ${chainId}`, chainId === 3n ? ["AccessGrants"] : SUITE);
      traffics.set(chainId, new KnownTraffic(random, { grantsOnly: chainId === 3n }));
    }
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  async function move(caughtUp: boolean, lags: boolean): Promise<void> {
    world.now += BigInt(1 + random.int(20));
    for (const [chainId, traffic] of traffics) {
      const chain = world.chains.get(chainId);
      if (chain === undefined || chainId === quarantined) continue;
      const height = chain.height;
      if (height > 4n && random.chance(0.1)) {
        await chain.rollback(height - 1n);
        traffic.rollback(chain.height);
        world.now += 1n;
      }
      const header = await chain.mine(world.now, traffic.events(world.now), {
        ...{ caughtUp: caughtUp || chainId !== 1n, head: chain.height + 1n + BigInt(lags ? 2 : random.int(3)) },
        ...{ safe: height > 3n ? height - 2n : undefined, final: height > 6n ? height - 5n : undefined },
      });
      traffic.mined(header.number);
    }
  }
  let quarantined: bigint | undefined;

  /** Asks about everybody in every way, and compares. */
  async function compare(demand: Demand): Promise<void> {
    const args = argumentsOf(demand);
    const use = random.pick(["PURPOSE", "PURPOSE", "RECORD_KEEPING"]);
    const requireAnchor = random.chance(0.2);
    const anchor = `requireAnchor: ${requireAnchor}`;
    const question = ({ credential, grantee, purpose }: Pair): string =>
      `credential: "${bytes32(credential)}", grantee: "${address(grantee)}", purpose: ${purpose}`;
    const rest = `use: ${use}, ${anchor}${args}`;
    const checks = PAIRS.map((pair, i) => `c${i}: check(${question(pair)}, ${rest}) { ...F }`);
    const many = PAIRS.map((pair, i) => `{id: "p${i}", use: ${use}, ${question(pair)}}`);
    const readers = CREDENTIALS.map((one) => `w${one}: whoCanRead(credential: "${bytes32(one)}", ${rest}) { ${LIST} }`);
    const readable = GRANTEES.map((one) => `r${one}: readableBy(grantee: "${address(one)}", ${rest}) { ${LIST} }`);
    const together = `many: checkMany(checks: [${many.join(", ")}], ${anchor}${args}) { answers { id answer { ...F } } }`;
    const data = await askInParts((query) => world.ask(query), [...checks, ...readers, ...readable, together], {
      F: `on CheckAnswer { ${FACTS} }`,
    });
    const where = `${rest}; ${again}`;
    const lists = (prefix: string, of: readonly number[]): List[] => of.map((one) => data[`${prefix}${one}`]);
    const listed = (all: readonly List[]): Map<string, unknown> =>
      new Map(
        all.flatMap(({ edges }) =>
          edges.map(({ node }): [string, unknown] => [
            `${node.credential} ${node.grantee.toLowerCase()} ${node.purpose}`,
            node.answer,
          ]),
        ),
      );
    const byAccess = await evaluate(use, { ...demand, requireAnchor });
    const [byReader, byReadable] = [lists("w", CREDENTIALS), lists("r", GRANTEES)];
    const [whoCanRead, readableBy] = [listed(byReader), listed(byReadable)];
    for (const [i, pair] of PAIRS.entries()) {
      const one = data[`c${i}`];
      assert.deepEqual(data.many.answers[i], { id: `p${i}`, answer: one }, where);
      for (const answers of byAccess) assert.deepEqual(factsOf(answers[i]), one, `${nameOf(pair)}: ${where}`);
      const shown = whoCanRead.get(nameOf(pair));
      assert.deepEqual(readableBy.get(nameOf(pair)), shown, `${nameOf(pair)}: ${where}`);
      if (shown !== undefined) assert.deepEqual(shown, one, `${nameOf(pair)}: ${where}`);
      // Who is not listed is denied, unless the list says that it may not be whole.
      else if (one.decision !== "DENIED")
        for (const list of [...byReader, ...byReadable])
          assert.deepEqual([one.decision, list.complete], ["INDETERMINATE", false], `${nameOf(pair)}: ${where}`);
      if (shown !== undefined) assert.notEqual(one.decision, "DENIED", where);
      met.set(one.reason, (met.get(one.reason) ?? 0) + 1);
      compared += 6;
    }
    const grantee = random.pick(GRANTEES);
    await walk(`readableBy(grantee: "${address(grantee)}", ${rest}`, data[`r${grantee}`].edges);
    const credential = random.pick(CREDENTIALS);
    await walk(`whoCanRead(credential: "${bytes32(credential)}", ${rest}`, data[`w${credential}`].edges);
  }

  /** The same by AuthZEN: many with a context in common, many of which some have another one, and one by one. */
  async function evaluate(use: string, context: object): Promise<Access["body"][][]> {
    const asked = PAIRS.map(({ credential, grantee, purpose }) =>
      evaluation(credential, grantee, { ...context, purpose }, use === "PURPOSE" ? "read" : "read_records"),
    );
    const many = async (evaluations: readonly object[]): Promise<Access["body"][]> => {
      const { status, body } = await access(world, { evaluations }, { path: "evaluations" });
      assert.equal(status, 200, JSON.stringify(body));
      return body.evaluations;
    };
    // Another context makes it take several statements, each by what was known at the first.
    const mixed = await many([evaluation(1, 11, { maxLag: 7 }), ...asked]);
    const single = await Promise.all(asked.map(async (one) => (await access(world, one)).body));
    return [await many(asked), mixed.slice(1), single];
  }

  /** As GraphQL names them, absent ones null. */
  function factsOf({ decision, context }: Access["body"]): unknown {
    const { outcome, reason, decidedBy, state, explanation, validUntil, purpose } = context;
    assert.equal(decision, outcome === "ALLOWED");
    const facts = { decision: outcome, reason, decidedBy, state, explanation, validUntil, purpose };
    return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, value ?? null]));
  }

  /** Pages of one, forwards and backwards, are the list. */
  async function walk(field: string, edges: readonly Edge[]): Promise<void> {
    for (const backward of [false, true]) {
      const walked: Edge[] = [];
      for (let cursor: string | undefined; walked.length <= edges.length; ) {
        const from = cursor === undefined ? "" : `, ${backward ? "before" : "after"}: "${cursor}"`;
        const { list } = await world.ask(`{ list: ${field}, ${backward ? "last" : "first"}: 1${from}) { ${LIST} } }`);
        const { hasNextPage, hasPreviousPage } = (list as List).pageInfo;
        const [edge] = (list as List).edges;
        if (edge !== undefined) walked.push(edge);
        assert.equal(backward ? hasNextPage : hasPreviousPage, walked.length > 1 && edge !== undefined);
        cursor = edge?.cursor;
        if (!(backward ? hasPreviousPage : hasNextPage)) break;
      }
      assert.deepEqual(backward ? walked.toReversed() : walked, edges, `${field}; ${again}`);
    }
  }

  it("agree", async () => {
    for (let step = 0; step < STEPS; step++) {
      // What no draw may leave out, while no chain is quarantined.
      const [behind, lagging] = [step % 11 === 10, step === 16];
      await move(!behind, lagging);
      if (step === 30) {
        quarantined = 2n;
        await world.chains.get(2n)?.writer.quarantine("it contradicted itself");
      }
      if (behind) await compare({});
      if (lagging) await compare({ maxLag: 1, chain: "eip155:1" });
      if (step % 4 !== 0 && step < 29) continue;
      if (step % 13 === 12) world.now += 70n;
      const at = { at: Number(world.now) - random.int(Number(world.now - begun)) };
      const then = Number(world.now) - random.int(Number(world.now - begun));
      const known = { knownAt: new Date(then * 1000).toISOString() };
      await compare(random.pick([{}, {}, at]));
      await compare(random.chance(0.5) ? known : { ...known, at: then - random.int(100) });
      await compare({ finality: random.pick(["SAFE", "FINALIZED"] as const), ...random.pick([{}, at, known]) });
      await compare({ maxLag: 1, chain: `eip155:${1 + random.int(3)}` });
    }
    assert(compared > 8_000, `${compared}`);
    for (const reason of [
      "ACTIVE",
      "NO_GRANT",
      "CHAIN_BEHIND",
      "CHAIN_QUARANTINED",
      "CHAIN_LAGS",
      "CREDENTIAL_REVOKED",
    ])
      assert(met.has(reason), `nothing was ${reason}: ${JSON.stringify([...met])}; ${again}`);
  });
});
