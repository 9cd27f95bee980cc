import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pino from "pino";
import { TransitionKeeper } from "../../indexer/ledger/transitions/keeper.ts";
import { playScene } from "../api/scene.ts";
import { address, NOW, openWorld, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { until } from "../support/wait.ts";
import { readEvents, subscribe } from "../watching/sse.ts";
import { type Keyring, openKeyring } from "./keyring.ts";

/** Who may watch what, where keys are asked for. */

const OWN = address(11);
const WATCH = `subscription ($grantee: Address) {
  watch(since: "1970-01-01T00:00:00Z", filter: { grantee: $grantee }) {
    kind event { kind grantee { address } } transition { kind grantee { address } }
  }
}`;

describe("watching with a key", () => {
  let postgres: TestPostgres;
  let world: World;
  let keys: Keyring;
  let keeper: TransitionKeeper;
  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres, { access: { keys: true, log: true } });
    keeper = new TransitionKeeper(world.databaseUrl, pino({ level: "silent" }));
    await playScene(world);
    keys = await openKeyring(world.databaseUrl);
  });
  after(async () => {
    await keeper?.stop();
    await keys?.close();
    await world?.close();
    await postgres?.stop();
  });

  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests, each of which knows its query.
  async function* watch(grantee: string | undefined, key: string | undefined, query = WATCH): AsyncGenerator<any> {
    const response = await subscribe(world.api.url, query, { grantee }, undefined, key);
    assert.ok(response.body);
    for await (const { event, data } of readEvents(response.body)) if (event === "next") yield JSON.parse(data);
  }
  // biome-ignore lint/suspicious/noExplicitAny: likewise.
  const first = async (items: AsyncGenerator<any>): Promise<any> => {
    const { value } = await items.next();
    await items.return(undefined);
    return value;
  };

  /** One that is known, which takes a moment where another was just looked for. */
  const make = async (...of: Parameters<Keyring["make"]>): Promise<{ id: number; key: string }> => {
    const made = await keys.make(...of);
    const ask = () => world.post({ query: "{ chains { name } }" }, made.key);
    await until("the key is known", async () => (await ask()).status === 200);
    return made;
  };

  it("is refused without one", async () => {
    const response = await subscribe(world.api.url, WATCH, {});
    assert.equal(response.status, 401);
    await response.text();
  });

  it("tells an institution of its own grants, and of nothing else", async () => {
    const { key } = await make("INSTITUTION", OWN);
    for (const grantee of [undefined, address(12)])
      assert.equal((await first(watch(grantee, key))).errors[0].extensions.code, "FORBIDDEN");
    const own = await first(watch(OWN, key));
    assert.equal(own.errors, undefined);
    assert.equal(own.data.watch.event.grantee.address.toLowerCase(), OWN);
    const past = `subscription { one: watch(filter: { holder: "${address(0x401)}" }) { kind } }`;
    assert.equal((await first(watch(undefined, key, past))).errors[0].extensions.code, "FORBIDDEN");
  });

  it("tells an auditor everything", async () => {
    const { key } = await make("AUDITOR");
    const seen = new Set<string>();
    for await (const { data } of watch(undefined, key)) {
      seen.add(data.watch.event?.grantee?.address);
      if (seen.size > 1) break;
    }
    assert.ok(seen.size > 1);
  });

  it("is ended when the key is revoked", async () => {
    const { id, key } = await make("INSTITUTION", OWN);
    const items = watch(OWN, key);
    assert.equal((await items.next()).value.errors, undefined);
    await keys.revoke(id);
    // Whatever is told until that is heard of, the end is said, and nothing after it.
    const rest = [];
    for await (const item of items) rest.push(item);
    assert.equal(rest.at(-1).errors[0].extensions.code, "FORBIDDEN");
    await world.chains.get(1n)?.mine(NOW - 1n, []);
  });

  it("is recorded before anything is told", async () => {
    const { id, key } = await make("AUDITOR");
    await first(watch(undefined, key));
    const { rows } = await keys.client.query("SELECT body FROM query_log WHERE key_id = $1", [id]);
    const asked = rows.map(({ body }) => String(body)).filter((text) => text.includes("subscription"));
    assert.equal(asked.length, 1);
  });
});
