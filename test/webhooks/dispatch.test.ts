import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import pg from "pg";
import pino from "pino";
import { encodePositions } from "../../indexer/api/watch/position.ts";
import { toAddress } from "../../indexer/grants/bytes.ts";
import { TransitionKeeper } from "../../indexer/ledger/transitions/keeper.ts";
import {
  addWebhook,
  endWebhook,
  listDeadLetters,
  listWebhooks,
  replayDeadLetters,
  startWebhook,
} from "../../indexer/webhooks/manage.ts";
import { SecretBox } from "../../indexer/webhooks/secretBox.ts";
import { address, openWorld, SUITE, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { sleepMs, until } from "../support/wait.ts";
import { expectedFeeds, line, type Said } from "../watching/oracle.ts";
import { FeedTraffic } from "../watching/traffic.ts";
import { toLine } from "../watching/watcher.ts";
import { type Answer, Receiver } from "./receiver.ts";

const log = pino({ level: process.env["TEST_LOG"] ?? "silent" });
const SCRIPT = fileURLToPath(new URL("./dispatcherProcess.ts", import.meta.url));
const random = createRandom(seed());
const again = `GRANTLEDGER_SEED=${seed()}`;

describe("webhooks", () => {
  const key = randomBytes(32);
  let postgres: TestPostgres;
  let world: World;
  let sql: pg.Client;
  let keeper: TransitionKeeper;
  const children: ChildProcess[] = [];
  const receivers: Receiver[] = [];
  const chains: FeedTraffic[] = [];

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    sql = new pg.Client({ connectionString: world.databaseUrl });
    await sql.connect();
    keeper = new TransitionKeeper(world.databaseUrl, log);
    for (const id of [1n, 2n]) chains.push(new FeedTraffic(world, await world.chain(id, undefined, SUITE), random));
  });
  after(async () => {
    await Promise.all(children.map(kill));
    await Promise.all(receivers.map((one) => one.stop()));
    await keeper?.stop();
    await sql?.end();
    await world?.close();
    await postgres?.stop();
  });

  const kill = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  };
  const dispatch = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [SCRIPT, world.databaseUrl, key.toString("hex")], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    children.push(child);
    await once(child.stdout, "data");
    return child;
  };
  const receive = async (grantee?: number, box = new SecretBox(key)): Promise<{ receiver: Receiver; id: string }> => {
    const receiver = await Receiver.start();
    receivers.push(receiver);
    const { id, secret } = await addWebhook(sql, box, {
      ...{ url: receiver.url, credential: undefined, holder: undefined, chain: undefined, by: "a test" },
      grantee: grantee === undefined ? undefined : toAddress(Buffer.from(address(grantee).slice(2), "hex")),
      cursor: encodePositions(new Map()),
    });
    receiver.secret = secret;
    return { receiver, id };
  };
  const linesOf = (receiver: Receiver, chain: bigint): string[] =>
    receiver.taken.map(({ data }) => toLine(data.data)).filter((text) => text.split(" ")[1] === String(chain));
  /** What a receiver took is the feed: in its order, each once, nothing missing. */
  const agrees = async (receiver: Receiver, is: (said: Said) => boolean): Promise<void> => {
    const feeds = await expectedFeeds(sql);
    const all = [...feeds.values()].flat().filter(is);
    await until(`${all.length} messages, ${again}`, () => receiver.taken.length >= all.length);
    for (const [chain, feed] of feeds)
      assert.deepEqual(
        linesOf(receiver, chain),
        feed.filter(is).map((said) => `${said.moment} ${line(said)}`),
        again,
      );
    assert.equal(receiver.forged, 0);
  };

  it("come in the order of the feed, each at least once, through receivers that fail and dispatchers that are killed", async () => {
    const all = await receive();
    const some = await receive(12);
    // Each message in vain twice at most, so that none is put aside.
    const failures = new Map<string, number>();
    all.receiver.answer = ({ id }): Answer => {
      const before = failures.get(id) ?? 0;
      if (before === 2 || random.chance(0.9)) return 204;
      failures.set(id, before + 1);
      return random.pick<Answer>([500, 302, 429, "cut"]);
    };
    let running = await Promise.all([dispatch(), dispatch()]);
    for (let round = 0; round < 30; round++) {
      for (const chain of chains) await chain.act();
      await sleepMs(random.int(30));
      if (round % 12 === 6) {
        const [first, ...rest] = running;
        if (first !== undefined) await kill(first);
        running = [...rest, await dispatch()];
      }
    }
    for (const chain of chains) await chain.settle();
    await agrees(all.receiver, () => true);
    await agrees(some.receiver, ({ about }) => about.grantee === address(12));
    assert.ok(all.receiver.all.length > all.receiver.taken.length, "some came again");
    assert.deepEqual(await listDeadLetters(sql, all.id), [], again);
  });

  it("are put aside when a receiver never takes them, and sent again when an operator says so", async () => {
    const { receiver, id } = await receive(11);
    const bad = new Set<string>();
    receiver.answer = ({ id: message }) => {
      if (bad.size < 2) bad.add(message);
      return bad.has(message) ? (random.chance(0.5) ? "hang" : 503) : 204;
    };
    const feeds = await expectedFeeds(sql);
    const expected = [...feeds.values()].flat().filter(({ about }) => about.grantee === address(11));
    await until("all the others", () => receiver.taken.length >= expected.length - 2);
    const letters = await until("two dead letters", async () => {
      const dead = await listDeadLetters(sql, id);
      return dead.length === 2 ? dead : undefined;
    });
    assert.deepEqual(new Set(letters.map(({ messageId }) => messageId)), bad);
    assert.equal(receiver.all.filter(({ id: message }) => message === letters[0]?.messageId).length, 4);
    receiver.answer = () => 204;
    assert.equal(await replayDeadLetters(sql, id), 2);
    await until("they are gone", async () => (await listDeadLetters(sql, id)).length === 0);
    assert.equal(receiver.taken.length, expected.length);
  });

  it("end when the receiver says 410, and go on where they stood when they are started again", async () => {
    const { receiver, id } = await receive(13);
    receiver.answer = () => (receiver.taken.length < 3 ? 204 : 410);
    const statusOf = async () => (await listWebhooks(sql)).find((one) => one.id === id);
    await until("it ended", async () => (await statusOf())?.status === "ENDED");
    assert.match((await statusOf())?.problem ?? "", /410/);
    const sent = receiver.all.length;
    for (const chain of chains) await chain.settle();
    assert.equal(receiver.all.length, sent);
    receiver.answer = () => 204;
    await startWebhook(sql, id);
    await agrees(receiver, ({ about }) => about.grantee === address(13));
    await endWebhook(sql, id, "a test");
    assert.match((await statusOf())?.problem ?? "", /ended by a test/);
  });

  it("wait when the key is another one, and lose nothing by it", async () => {
    const { receiver, id } = await receive(12, new SecretBox(randomBytes(32)));
    await until("it says why", async () =>
      /webhooks\.key/.test((await listWebhooks(sql)).find((one) => one.id === id)?.problem ?? ""),
    );
    assert.deepEqual(receiver.all, []);
    assert.equal((await listWebhooks(sql)).find((one) => one.id === id)?.attempts, 0);
  });
});
