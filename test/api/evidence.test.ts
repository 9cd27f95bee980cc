import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type pg from "pg";
import { EVENT_KINDS } from "../../indexer/api/read/event.ts";
import { type Bundle, digestOf } from "../../indexer/evidence/bundle.ts";
import { verifyBundle } from "../../indexer/evidence/verifyBundle.ts";
import { type Indexer, startIndexer } from "../../indexer/indexer.ts";
import { createLogger } from "../../indexer/ops/log.ts";
import { startAnvil, type TestAnvil } from "../support/anvil.ts";
import { connect } from "../support/ledger.ts";
import { type LyingProxy, type RpcAnswer, startLyingProxy } from "../support/lyingProxy.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { VERIFIED } from "../support/reading.ts";
import { indexedContracts } from "../support/suite.ts";
import { story } from "../support/suiteStory.ts";
import { until } from "../support/wait.ts";
import { SuiteTraffic } from "./suiteTraffic.ts";

/** Evidence of every event that the suite can have, out of a running indexer over a real node, checked as an auditor would. */

const CHAIN = 46_017;

interface Event {
  readonly id: string;
  readonly kind: string;
  readonly blockHash: string;
  readonly blockNumber: number;
  readonly transactionHash: string;
  readonly transactionIndex: number;
  readonly logIndex: number;
  readonly retracted: boolean;
  readonly rawData: string | null;
}
interface Failure {
  readonly message: string;
  readonly extensions: { readonly code: string };
}
interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests, each of which knows its query.
  readonly data: any;
  readonly errors: readonly Failure[] | undefined;
  readonly status: number;
}

const TRAIL = `query ($after: String) { auditTrail(first: 100, after: $after) {
  nodes { id kind blockHash blockNumber transactionHash transactionIndex logIndex retracted rawData }
  pageInfo { endCursor hasNextPage } } }`;
const EVIDENCE = "query ($id: ID!) { evidence(event: $id) }";

describe("evidence", () => {
  let postgres: TestPostgres;
  let anvil: TestAnvil;
  let proxy: LyingProxy;
  let indexer: Indexer;
  let sql: pg.Client;
  let traffic: SuiteTraffic;
  let time = 0;
  /** Time of the next block. */
  const next = (): number => {
    time += 10;
    return time;
  };

  before(async () => {
    [postgres, anvil] = await Promise.all([startTestPostgres(), startAnvil({ chainId: CHAIN })]);
    proxy = await startLyingProxy(anvil.url);
    traffic = await SuiteTraffic.start(anvil);
    const random = createRandom(seed());
    time = ((await anvil.provider.getBlock("latest"))?.timestamp ?? 0) + 10;
    for (const acts of story(traffic, time)) await traffic.mine(next(), acts);
    for (let round = 0; round < 8; round++)
      await traffic.mine(
        next(),
        Array.from({ length: 12 }, () => traffic.random(random, time)),
      );
    const databaseUrl = await postgres.createDatabase();
    indexer = await startIndexer({
      databaseUrl,
      chains: [
        {
          ...{ chainId: anvil.chainId, name: "Evidence", rpc: [proxy.url], pollIntervalMs: 20 },
          ...{ contracts: indexedContracts(traffic.suite), reading: VERIFIED },
        },
      ],
      api: { host: "127.0.0.1", port: 0, explore: false, maxStalenessSeconds: 600 },
      log: createLogger("error", { write: () => {} }),
    });
    sql = await connect(databaseUrl);
    await atHead();
  });
  after(async () => {
    await indexer?.stop();
    await sql?.end();
    await Promise.all([proxy?.stop(), anvil?.stop(), postgres?.stop()]);
  });

  async function ask(query: string, variables: object = {}): Promise<Answer> {
    const response = await fetch(`${indexer.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as Pick<Answer, "data" | "errors">;
    return { data, errors, status: response.status };
  }

  async function atHead(): Promise<void> {
    const head = await anvil.provider.getBlock("latest");
    await until("the ledger is at the head", async () => {
      const { rows } = await sql.query("SELECT encode(indexed_hash, 'hex') AS hash, status FROM chain");
      return rows[0]?.status === "LIVE" && `0x${rows[0]?.hash}` === head?.hash;
    });
  }

  async function trail(): Promise<Event[]> {
    const all: Event[] = [];
    for (let after: string | null = null; ; ) {
      const { data } = await ask(TRAIL, { after });
      all.push(...data.auditTrail.nodes);
      if (!data.auditTrail.pageInfo.hasNextPage) return all;
      after = data.auditTrail.pageInfo.endCursor;
    }
  }

  const verified = (bundle: unknown): Bundle => verifyBundle(new TextEncoder().encode(JSON.stringify(bundle)));
  async function evidence(id: string): Promise<Bundle> {
    const { data, errors } = await ask(EVIDENCE, { id });
    assert.equal(errors, undefined, JSON.stringify(errors));
    return verified(data.evidence);
  }
  async function failure(id: string): Promise<{ code: string | undefined; message: string; status: number }> {
    const { data, errors, status } = await ask(EVIDENCE, { id });
    assert.equal(data?.evidence ?? null, null);
    return { code: errors?.[0]?.extensions.code, message: errors?.[0]?.message ?? "", status };
  }
  /** The newest event of a block that nobody asked evidence of yet: each test has a block of its own. */
  async function fresh(): Promise<Event> {
    const random = createRandom(seed() + time);
    for (let tries = 0; tries < 20; tries++) {
      const before = await trail();
      await traffic.mine(
        next(),
        Array.from({ length: 8 }, () => traffic.random(random, time)),
      );
      await atHead();
      const event = (await trail()).find(({ id }) => !before.some((known) => known.id === id));
      if (event !== undefined) return event;
    }
    throw new Error("nothing happened in twenty blocks");
  }

  it("is there of every kind of event, and is what the chain's receipts say", async () => {
    const events = await trail();
    const kinds = new Set(events.map(({ kind }) => kind));
    assert.deepEqual(
      EVENT_KINDS.filter((kind) => kind !== "UNDECODED" && !kinds.has(kind)),
      [],
    );
    for (const event of events) {
      const bundle = await evidence(event.id);
      const receipt = await anvil.provider.getTransactionReceipt(event.transactionHash);
      const log = receipt?.logs[bundle.log.index];
      assert.equal(bundle.event.kind, event.kind);
      assert.deepEqual(
        [log?.index, log?.address.toLowerCase(), log?.topics, log?.data],
        [event.logIndex, bundle.log.address, bundle.log.topics, bundle.log.data],
      );
      assert.deepEqual(
        [bundle.chain, bundle.block.hash, bundle.block.number, bundle.receipt.index],
        [`eip155:${CHAIN}`, event.blockHash, String(event.blockNumber), event.transactionIndex],
      );
      assert.deepEqual(
        [bundle.transaction?.hash, bundle.transaction?.signedFor],
        [event.transactionHash, `eip155:${CHAIN}`],
      );
      assert.deepEqual(
        [bundle.claims.transactionHash, bundle.claims.logIndexInBlock, bundle.claims.verification],
        [event.transactionHash, event.logIndex, "VERIFIED"],
      );
    }
  });

  it("is the same as a field of the event, in a list", async () => {
    const { data, errors } = await ask("{ auditTrail(last: 20) { nodes { id evidence } } }");
    assert.equal(errors, undefined);
    assert.equal(data.auditTrail.nodes.length, 20);
    for (const { id, evidence: field } of data.auditTrail.nodes) {
      const { claims, digest, ...proof } = verified(field);
      const { claims: again, digest: other, ...same } = await evidence(id);
      assert.deepEqual(proof, same);
      assert.deepEqual({ ...claims, statedAt: "" }, { ...again, statedAt: "" });
      assert.ok(digest !== other || claims.statedAt === again.statedAt);
    }
  });

  it("is read from the node once, and then out of what is kept", async () => {
    const event = await fresh();
    const count = (): number => proxy.served.get("eth_getBlockByHash") ?? 0;
    const before = count();
    const bundles = await Promise.all(Array.from({ length: 10 }, () => evidence(event.id)));
    assert.equal(count(), before + 1);
    proxy.fault = () => ({ error: { code: -32000, message: "gone for good" } });
    const { claims: _, digest: __, ...kept } = await evidence(event.id);
    const { claims: ___, digest: ____, ...first } = bundles[0] as Bundle;
    assert.deepEqual(kept, first);
    proxy.fault = undefined;
  });

  it("is of the digest that it names, whatever was said of finality meanwhile", async () => {
    const event = await fresh();
    const early = await evidence(event.id);
    assert.equal(early.claims.finality, "LATEST");
    await anvil.send("anvil_mine", "0x20");
    await atHead();
    const late = await evidence(event.id);
    assert.equal(late.claims.finality, "FINALIZED");
    assert.equal(late.digest, digestOf(late));
  });

  it("is what docs/EVIDENCE.md asks for", async () => {
    const page = readFileSync(new URL("../../docs/EVIDENCE.md", import.meta.url), "utf8");
    const queries = [...page.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, query]) => query ?? "");
    assert.equal(queries.length, 2);
    const [first] = await trail();
    const [one, two] = await Promise.all(queries.map((query) => ask(query, { event: first?.id })));
    verified(one?.data.evidence);
    verified(two?.data.auditTrail.nodes[0].evidence);
  });

  it("of no event is null, of what is no event's id an error", async () => {
    const { data } = await ask("{ chains { id } }");
    assert.equal((await failure(data.chains[0].id)).code, "BAD_INPUT");
    assert.equal((await failure("x")).code, "BAD_INPUT");
    const [first] = await trail();
    const bytes = Buffer.from(first?.id ?? "", "base64url");
    bytes.writeUInt32BE(0x7fffffff, bytes.length - 8);
    assert.deepEqual(await ask(EVIDENCE, { id: bytes.toString("base64url") }), {
      data: { evidence: null },
      errors: undefined,
      status: 200,
    });
  });

  it("is not made of what a node makes up, and comes when one tells the truth", async () => {
    const event = await fresh();
    const lies: ((call: { method: string }, answer: RpcAnswer) => RpcAnswer)[] = [
      (call, answer) =>
        call.method === "eth_getBlockReceipts" ? { result: (answer.result as object[]).slice(1) } : answer,
      (call, answer) =>
        call.method === "eth_getBlockByHash" ? { result: { ...(answer.result as object), timestamp: "0x1" } } : answer,
      (call, answer) => (call.method === "eth_getBlockByHash" ? { error: { code: -32000, message: "no" } } : answer),
    ];
    for (const lie of lies) {
      proxy.fault = lie;
      const { code, message, status } = await failure(event.id);
      assert.deepEqual([code, status], ["EVIDENCE_UNAVAILABLE", 503]);
      assert.match(message, /^No node of eip155:\d+ gave block 0x[0-9a-f]{64} in time. Try again.$/);
    }
    proxy.fault = undefined;
    await until(
      "the endpoint is asked again",
      async () => (await ask(EVIDENCE, { id: event.id })).errors === undefined,
    );
    await evidence(event.id);
    await atHead();
  });

  it("of a retracted event: while a node has the block, and says so when none has", async () => {
    const event = await fresh();
    const other = await fresh();
    const blocks = new Map<string, { block: unknown; receipts: unknown }>();
    for (const { blockHash } of [event, other])
      blocks.set(blockHash, {
        block: await anvil.send("eth_getBlockByHash", blockHash, true),
        receipts: await anvil.send("eth_getBlockReceipts", blockHash),
      });
    // Not past what Anvil calls final, which is eight blocks below the head.
    const depth = (await anvil.provider.getBlockNumber()) - Math.min(event.blockNumber, other.blockNumber) + 1;
    assert.ok(depth < 8, `${depth}`);
    await anvil.send("anvil_reorg", depth, []);
    await anvil.send("evm_mine");
    await atHead();
    const dropped = (await trail()).filter(({ retracted }) => retracted);
    assert.ok([event, other].every(({ id }) => dropped.some((one) => one.id === id)));

    // A node that forgets what it dropped, then one that does not.
    proxy.fault = (call, answer) =>
      /^eth_getBlock(ByHash|Receipts)$/.test(call.method) && blocks.has(String(call.params[0]))
        ? { result: null }
        : answer;
    const { code, message } = await failure(event.id);
    assert.equal(code, "EVIDENCE_GONE");
    assert.match(message, /a reorg dropped it, or they were pruned/);
    proxy.fault = (call, answer) => {
      const kept = blocks.get(String(call.params[0]));
      if (kept === undefined) return answer;
      if (call.method === "eth_getBlockByHash") return { result: kept.block };
      return call.method === "eth_getBlockReceipts" ? { result: kept.receipts } : answer;
    };
    const { claims, block } = await evidence(event.id);
    assert.equal(block.hash, event.blockHash);
    assert.equal(claims.finality, null);
    assert.notEqual(claims.retractedAt, null);
    proxy.fault = undefined;
    await atHead();
  });

  it("is refused where the ledger holds something else than the block: nothing is papered over", async () => {
    const events = await trail();
    const granted = events.findLast(({ kind, retracted }) => kind === "GRANTED" && !retracted);
    const raw = events.findLast(({ rawData, retracted }) => rawData !== null && !retracted);
    assert.ok(granted && raw);
    const seqOf = (id: string): string => Buffer.from(id, "base64url").readBigUInt64BE(10).toString();
    const alterations: readonly (readonly [Event, string])[] = [
      ...["context", "seal", "issuer", "holder", "grantee"].map(
        (column) => [granted, `${column} = set_byte(${column}, 3, get_byte(${column}, 3) # 1)`] as const,
      ),
      ...["legal_basis", "purpose", "retention", "log_index", "block_time"].map(
        (column) => [granted, `${column} = ${column} + 1`] as const,
      ),
      [raw, "raw_data = set_byte(raw_data, 31, get_byte(raw_data, 31) # 1)"],
      [raw, "raw_topics = set_byte(raw_topics, 40, get_byte(raw_topics, 40) # 1)"],
    ];
    for (const [event, alteration] of alterations) {
      await evidence(event.id);
      const where = [CHAIN, seqOf(event.id)];
      await sql.query("CREATE TEMP TABLE kept AS SELECT * FROM event WHERE chain_id = $1 AND seq = $2", where);
      await sql.query(`UPDATE event SET ${alteration} WHERE chain_id = $1 AND seq = $2`, where);
      const { code, message, status } = await failure(event.id);
      await sql.query("DELETE FROM event WHERE chain_id = $1 AND seq = $2", where);
      await sql.query("INSERT INTO event SELECT * FROM kept");
      await sql.query("DROP TABLE kept");
      assert.deepEqual([code, status], ["EVIDENCE_CONTRADICTED", 200], alteration);
      assert.match(message, /does not hold it: .* Tell the operator/);
      await evidence(event.id);
    }
  });
});
