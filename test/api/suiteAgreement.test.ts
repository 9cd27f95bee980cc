import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pino from "pino";
import { type Api, startApi } from "../../indexer/api/server.ts";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { startAnvil, type TestAnvil } from "../support/anvil.ts";
import { type Indexing, startIndexing } from "../support/indexing.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { VERIFIED } from "../support/reading.ts";
import { indexedContracts } from "../support/suite.ts";
import { until } from "../support/wait.ts";
import { askInParts } from "./inParts.ts";
import { type Pair, SuiteTraffic } from "./suiteTraffic.ts";

/**
 * Two chains with the whole suite, on which anybody does anything. Then `check` has to say, for every credential, grantee
 * and purpose, at block after block, what the contracts' own views said there: each chain alone, and both together.
 */

const ROUNDS = 70;
const ACTS = 7;
/** Numbers of the enums, as Solidity counts. */
const STATES = ["NONE", "PENDING", "ACTIVE", "RETAINED", "ENDED"] as const;
const STATUSES = ["NOT_ANCHORED", "VALID", "NOT_YET_VALID", "EXPIRED", "SUPERSEDED", "WITHDRAWN", "REVOKED"] as const;
const STANDINGS = ["NOT_REGISTERED", "ACTIVE", "SUSPENDED", "WITHDRAWN"] as const;

/** What the views of one chain said about a pair. */
interface Seen {
  readonly state: (typeof STATES)[number];
  readonly status: (typeof STATUSES)[number];
  readonly issuer: (typeof STANDINGS)[number];
}

const ENDS = ["EXPIRED", "REVOKED", "RELEASED", "REVOKED_BEFORE_START", "PARENT_ENDED"];
const TAKEN = ["REVOKED", "WITHDRAWN", "SUPERSEDED", "EXPIRED", "NOT_YET_VALID"] as const;

/** The decision, and the reasons that may be given for it. */
function expected(seen: readonly Seen[], use: string, requireAnchor: boolean): [string, string[]] {
  const any = (test: (one: Seen) => boolean): boolean => seen.some(test);
  const active = any(({ state }) => state === "ACTIVE");
  if (use === "RECORD_KEEPING") {
    if (active || any(({ state }) => state === "RETAINED")) return ["ALLOWED", ["ACTIVE", "RETAINED"]];
  } else if (active) {
    for (const status of TAKEN) if (any((one) => one.status === status)) return ["DENIED", [`CREDENTIAL_${status}`]];
    if (requireAnchor && !any((one) => one.status === "VALID")) return ["DENIED", ["CREDENTIAL_NOT_ANCHORED"]];
    for (const standing of ["WITHDRAWN", "SUSPENDED"] as const)
      if (any((one) => one.issuer === standing)) return ["DENIED", [`ISSUER_${standing}`]];
    if (requireAnchor && !any((one) => one.issuer === "ACTIVE")) return ["DENIED", ["ISSUER_NOT_REGISTERED"]];
    return ["ALLOWED", ["ACTIVE"]];
  }
  if (any(({ state }) => state === "RETAINED")) return ["DENIED", ["RECORD_KEEPING_ONLY"]];
  if (any(({ state }) => state === "PENDING")) return ["DENIED", ["NOT_STARTED"]];
  return ["DENIED", any(({ state }) => state === "ENDED") ? ENDS : ["NO_GRANT"]];
}

describe("agreement with the contracts", () => {
  let postgres: TestPostgres;
  let anvils: TestAnvil[] = [];
  let traffics: SuiteTraffic[] = [];
  let indexings: Indexing[] = [];
  let api: Api;
  let now = 0;
  /** The same times on both chains; the block of each round on each. */
  const rounds: { time: number; blocks: number[] }[] = [];
  const met = new Map<string, number>();
  const random = createRandom(seed());
  const again = `again: GRANTLEDGER_SEED=${seed()}`;

  before(async () => {
    postgres = await startTestPostgres();
    anvils = await Promise.all([startAnvil({ chainId: 31_337 }), startAnvil({ chainId: 31_338 })]);
    traffics = await Promise.all(anvils.map((anvil) => SuiteTraffic.start(anvil)));
    const latest = await Promise.all(anvils.map((anvil) => anvil.provider.getBlock("latest")));
    let time = Math.max(...latest.map((block) => block?.timestamp ?? 0)) + 10;
    await Promise.all(traffics.map((traffic) => traffic.mine(time, traffic.founding())));
    for (let round = 0; round < ROUNDS; round++) {
      time += 1 + random.int(30);
      const acts = traffics.map((traffic) => Array.from({ length: ACTS }, () => traffic.random(random, time)));
      await Promise.all(traffics.map((traffic, i) => traffic.mine(time, acts[i] ?? [])));
      const blocks = await Promise.all(anvils.map((anvil) => anvil.provider.getBlockNumber()));
      rounds.push({ time, blocks });
    }
    now = time;
    const databaseUrl = await postgres.createDatabase();
    await migrate(databaseUrl);
    const clock = (): number => now * 1000;
    indexings = traffics.map(({ suite }) => {
      const { chainId, url } = suite.anvil;
      const contracts = indexedContracts(suite);
      return startIndexing(
        databaseUrl,
        { chainId, name: `${chainId}`, rpc: [url], pollIntervalMs: 20, contracts, reading: VERIFIED },
        clock,
      );
    });
    api = await startApi({
      ...{ databaseUrl, host: "127.0.0.1", port: 0, explore: false, maxStalenessSeconds: 60, clock },
      log: pino({ level: "silent" }),
    });
    await caughtUp();
  });
  after(async () => {
    await Promise.all(indexings.map((indexing) => indexing.stop()));
    await api?.stop();
    await Promise.all(anvils.map((anvil) => anvil.stop()));
    await postgres?.stop();
  });

  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into, and each query is known.
  async function ask(query: string): Promise<any> {
    const response = await fetch(`${api.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
    });
    const body = (await response.json()) as { data?: unknown; errors?: unknown };
    if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors).slice(0, 2000));
    return body.data;
  }

  async function caughtUp(): Promise<void> {
    const heads = await Promise.all(anvils.map((anvil) => anvil.provider.getBlock("latest")));
    await until("both chains are live at their heads", async () => {
      const { chains } = await ask("{ chains { status indexedHash } }");
      return chains.every(
        (chain: { status: string; indexedHash: string }, i: number) =>
          chain.status === "LIVE" && chain.indexedHash === heads[i]?.hash,
      );
    });
  }

  /** What the views of a chain said of every pair at the end of a block. */
  async function views(traffic: SuiteTraffic, block: number): Promise<Map<string, Seen>> {
    const statuses = new Map<string, Seen["status"]>();
    const issuers = new Map<number, Seen["issuer"]>();
    await Promise.all(
      traffic.credentials().map(async ({ ref, issuer }) => {
        const status = Number(await traffic.view("CredentialRegistry", "statusOf", [ref], block));
        const entity = await traffic.view("EntityRegistry", "entityOf", [traffic.account(issuer)], block);
        const { status: standing, details } = entity as { status: bigint; details: { kinds: bigint } };
        statuses.set(ref, STATUSES[status] ?? "NOT_ANCHORED");
        const registered = (details.kinds & 1n) === 1n ? Number(standing) : 0;
        issuers.set(issuer, STANDINGS[registered] ?? "NOT_REGISTERED");
      }),
    );
    const seen = await Promise.all(
      traffic.pairs().map(async ({ grantId, credential }): Promise<[string, Seen]> => {
        const state = STATES[Number(await traffic.view("AccessGrants", "stateOf", [grantId], block))] ?? "NONE";
        const { ref, issuer } = credential;
        return [
          grantId,
          { state, status: statuses.get(ref) ?? "NOT_ANCHORED", issuer: issuers.get(issuer) ?? "NOT_REGISTERED" },
        ];
      }),
    );
    return new Map(seen);
  }

  /** Compares every pair, use and requirement on these chains. @param at of the present without it. */
  async function compare(which: readonly number[], blocks: readonly number[], at: number | undefined): Promise<number> {
    const seen = await Promise.all(which.map((i) => views(traffics[i] as SuiteTraffic, blocks[i] as number)));
    const chain = which.length === 1 ? `, chain: ${anvils[which[0] as number]?.chainId}` : "";
    const moment = at === undefined ? "" : `, at: ${at}`;
    const pairs = (traffics[0] as SuiteTraffic).pairs();
    const USES = [
      ["PURPOSE", false],
      ["PURPOSE", true],
      ["RECORD_KEEPING", false],
    ] as const;
    let compared = 0;
    for (const [use, requireAnchor] of USES) {
      const rest = `requireAnchor: ${requireAnchor}${chain}${moment}`;
      const { many } = await ask(
        `{ many: checkMany(checks: [${pairs.map((pair) => `{use: ${use}, ${named(pair)}}`).join(", ")}], ${rest}) {
             answers { answer { decision reason credentials { status } issuers { status } } } } }`,
      );
      const answers = await askInParts(
        ask,
        [...pairs.map((pair, i) => `q${i}: ${question(pair)}, use: ${use}, ${rest}) { ...A }`), ...lists(use, rest)],
        {
          A: "on CheckAnswer { decision reason credentials { status } issuers { status } }",
          L: "on AccessConnection { complete nodes { credential grantee purpose } }",
        },
      );
      for (const [i, pair] of pairs.entries()) {
        const said = seen.map((of) => of.get(pair.grantId)).filter((one) => one !== undefined);
        const [decision, reasons] = expected(said, use, requireAnchor);
        const answer = answers[`q${i}`];
        assert.deepEqual(many.answers[i]?.answer, answer);
        assert.deepEqual(listed(answers, pair), decision === "ALLOWED" ? [true, true] : [false, false], pair.grantId);
        const where = `${use} ${requireAnchor} on ${which} at ${at}, blocks ${blocks}: ${JSON.stringify(said)}; ${again}`;
        assert.equal(answer.decision, decision, where);
        assert(reasons.includes(answer.reason), `${answer.reason} is none of ${reasons}: ${where}`);
        assert.deepEqual(
          answer.credentials.map(statusOf),
          said.map(({ status }) => status),
          where,
        );
        // Who issued a credential is known from whatever was said about it; without that there is nobody to look up.
        if (answer.reason !== "NO_GRANT")
          assert.deepEqual(
            answer.issuers.map(statusOf),
            said.map(({ issuer }) => issuer),
            where,
          );
        met.set(answer.reason, (met.get(answer.reason) ?? 0) + 1);
        compared += 1;
      }
    }
    return compared;
  }
  const statusOf = ({ status }: { status: string }): string => status;
  const named = ({ credential, grantee, purpose }: Pair): string =>
    `credential: "${credential.ref}", grantee: "${traffics[0]?.account(grantee)}", purpose: ${purpose}`;
  const question = (pair: Pair): string => `check(${named(pair)}`;

  /** Who can read each credential, and what each grantee can read. */
  function lists(use: string, rest: string): string[] {
    const pairs = (traffics[0] as SuiteTraffic).pairs();
    const [refs, grantees] = [
      new Set(pairs.map((one) => one.credential.ref)),
      new Set(pairs.map((one) => one.grantee)),
    ];
    return [
      ...[...refs].map((ref) => `w${ref}: whoCanRead(credential: "${ref}", use: ${use}, ${rest}) { ...L }`),
      ...[...grantees].map(
        (one) => `r${one}: readableBy(grantee: "${traffics[0]?.account(one)}", use: ${use}, ${rest}) { ...L }`,
      ),
    ];
  }

  /** Whether a pair is in the list of its credential, and in that of its grantee. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into, and each query is known.
  function listed(answers: any, { credential, grantee, purpose }: Pair): boolean[] {
    const account = traffics[0]?.account(grantee).toLowerCase();
    return [answers[`w${credential.ref}`], answers[`r${grantee}`]].map(({ nodes, complete }) => {
      assert.equal(complete, true);
      return nodes.some(
        (one: { credential: string; grantee: string; purpose: number }) =>
          one.credential === credential.ref && one.grantee.toLowerCase() === account && one.purpose === purpose,
      );
    });
  }

  it("at every third block: each chain alone, and both together", async () => {
    let compared = 0;
    for (const [i, { time, blocks }] of rounds.entries()) {
      if (i % 3 !== 0) continue;
      for (const which of [[0], [1], [0, 1]]) compared += await compare(which, blocks, time);
    }
    assert(compared > 8_000, `${compared}`);
    // A run in which hardly anything happened would agree with anything.
    for (const reason of ["ACTIVE", "NO_GRANT", "RETAINED", "CREDENTIAL_NOT_ANCHORED"])
      assert(met.has(reason), `nothing was ${reason}: ${JSON.stringify([...met])}; ${again}`);
    assert(met.size >= 9, `${JSON.stringify([...met])}; ${again}`);
  });

  it("now", async () => {
    const blocks = rounds.at(-1)?.blocks ?? [];
    for (const which of [[0], [1], [0, 1]]) await compare(which, blocks, undefined);
  });

  it("after a reorg, now and at the blocks before and in the new branch", async () => {
    const [, anvil] = anvils;
    const [, traffic] = traffics;
    assert(anvil !== undefined && traffic !== undefined);
    const acts = Array.from({ length: 12 }, (_, i) => [traffic.transaction(traffic.random(random, now)), i % 4]);
    await anvil.send("anvil_reorg", 5, acts);
    const head = await anvil.provider.getBlockNumber();
    const block = await anvil.provider.getBlock(head);
    now = Math.max(now, block?.timestamp ?? 0);
    await caughtUp();
    for (let number = head; number > head - 7; number--) {
      const { timestamp } = (await anvil.provider.getBlock(number)) ?? { timestamp: 0 };
      const next = number === head ? undefined : await anvil.provider.getBlock(number + 1);
      // Of blocks that share a second only the last shows what that second ended with.
      if (next?.timestamp === timestamp) continue;
      await compare([1], [0, number], timestamp);
    }
  });
});
