import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import pino from "pino";
import { encodePositions } from "../../indexer/api/watch/position.ts";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { Dispatcher } from "../../indexer/webhooks/dispatcher.ts";
import { addWebhook, listDeadLetters, replayDeadLetters } from "../../indexer/webhooks/manage.ts";
import { SecretBox } from "../../indexer/webhooks/secretBox.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { until } from "../support/wait.ts";
import { QUICK } from "./quick.ts";
import { Receiver } from "./receiver.ts";

/** Dead letters that an operator wants sent again, to a receiver that lets each of them wait. */

const LETTERS = 5;

describe("dead letters that are sent again", () => {
  const key = randomBytes(32);
  let postgres: TestPostgres;
  let databaseUrl: string;
  let sql: pg.Client;
  let receiver: Receiver;
  const running: Dispatcher[] = [];

  before(async () => {
    postgres = await startTestPostgres();
    databaseUrl = await postgres.createDatabase();
    await migrate(databaseUrl);
    sql = new pg.Client({ connectionString: databaseUrl });
    await sql.connect();
    receiver = await Receiver.start();
    receiver.answer = () => "hang";
  });
  after(async () => {
    await stopAll();
    await receiver?.stop();
    await sql?.end();
    await postgres?.stop();
  });

  const stopAll = async (): Promise<void> => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
  };
  async function withLetters(): Promise<string> {
    const none = { credential: undefined, holder: undefined, grantee: undefined, chain: undefined };
    const cursor = encodePositions(new Map());
    const made = await addWebhook(sql, new SecretBox(key), { ...none, url: receiver.url, cursor, by: "a test" });
    receiver.secret = made.secret;
    receiver.all.length = 0;
    await sql.query(
      `INSERT INTO dead_letter (webhook_id, message_id, body, problem, given_up_at)
       SELECT $1, 'msg_' || i, '{}', 'never taken', now() FROM generate_series(1, ${LETTERS}) i`,
      [made.id],
    );
    await replayDeadLetters(sql, made.id);
    return made.id;
  }
  /** A lease is shorter than what all the letters take, longer than what one does. */
  const dispatch = (): Dispatcher => {
    const log = pino({ level: "silent" });
    const dispatcher = new Dispatcher({ databaseUrl, key, clock: Date.now, log, ...QUICK, leaseSeconds: 1 });
    running.push(dispatcher);
    return dispatcher;
  };
  const toSend = async (id: string): Promise<number> =>
    Number((await sql.query("SELECT count(*) FROM dead_letter WHERE webhook_id = $1 AND replay", [id])).rows[0].count);

  it("stay one process's, however long they take together", async () => {
    const id = await withLetters();
    const counting = dispatch();
    dispatch();
    const { deadLetters, ended, active, failing, overdueSeconds } = await counting.counts();
    assert.deepEqual([deadLetters, ended, active + failing], [LETTERS, 0, 1]);
    assert.ok(overdueSeconds >= 0 && overdueSeconds < 60);
    await until("each was tried", async () => (await toSend(id)) === 0);
    assert.deepEqual(
      receiver.all.map(({ id: message }) => message),
      Array.from({ length: LETTERS }, (_, i) => `msg_${i + 1}`),
    );
    assert.equal((await listDeadLetters(sql, id)).length, LETTERS);
    await stopAll();
  });

  it("do not keep a process that is to stop: what was not tried is left to the next", async () => {
    const id = await withLetters();
    dispatch();
    await until("the first is under way", () => receiver.all.length > 0);
    await stopAll();
    const left = await toSend(id);
    assert.ok(
      receiver.all.length < LETTERS && left === LETTERS - receiver.all.length,
      `${receiver.all.length}, ${left}`,
    );
  });
});
