import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { playScene } from "../api/scene.ts";
import { address, openWorld, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { until } from "../support/wait.ts";
import { type Keyring, openKeyring } from "./keyring.ts";

/** How often a key may ask, and what those ask who show none that is known. */

const PER_KEY = 4;
const PER_ADDRESS = 3;
const OWN = address(11);
const QUERY = "{ chains { chain } }";

describe("requests with keys", () => {
  let postgres: TestPostgres;
  let world: World;
  let keys: Keyring;
  let operator: { key: string };

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres, {
      access: { keys: true, log: false, rateLimit: { requests: PER_KEY, seconds: 3_600 } },
      rateLimit: { requests: PER_ADDRESS, seconds: 3_600 },
      trustedProxies: ["loopback"],
    });
    await playScene(world);
    keys = await openKeyring(world.databaseUrl);
    operator = await keys.make("OPERATOR");
  });
  after(async () => {
    await keys?.close();
    await world?.close();
    await postgres?.stop();
  });

  const ask = (key: string | undefined, from: string, path = "/graphql", headers: Record<string, string> = {}) =>
    fetch(`${world.api.url}${path}`, {
      method: "POST",
      headers: {
        ...{ "content-type": "application/json", "x-forwarded-for": from },
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...headers,
      },
      body: JSON.stringify({ query: QUERY }),
    });

  it("count for the key, whatever the addresses, and for nobody else at the same address", async () => {
    const [one, two] = [await keys.make("AUDITOR"), await keys.make("INSTITUTION", OWN)];
    for (let i = 0; i < PER_KEY; i++) assert.equal((await ask(one.key, `203.0.113.${i}`)).status, 200);
    const refused = await ask(one.key, "203.0.113.99");
    assert.equal(refused.status, 429);
    assert(Number(refused.headers.get("retry-after")) > 3_000);
    const { error } = (await refused.json()) as { error: { code: string; message: string } };
    assert.equal(error.code, "TOO_MANY_REQUESTS");
    assert.match(error.message, /with this key/);
    for (let i = 0; i < PER_KEY; i++) assert.equal((await ask(two.key, "203.0.113.99")).status, 200);
    // However it is asked, and however the header is written.
    const stream = { accept: "text/event-stream" };
    for (const [path, headers] of [
      ["/graphql", stream],
      ["/access/v1/evaluation", {}],
      ["/reports/access.csv", {}],
      ["/graphql", { authorization: `bEARER   ${two.key}` }],
    ] as const)
      assert.equal((await ask(two.key, "203.0.113.99", path, headers)).status, 429, path);
    // The address was never counted, and has all of its own.
    for (let i = 0; i < PER_ADDRESS; i++) assert.equal((await ask(undefined, "203.0.113.99")).status, 401);
    assert.equal((await ask(undefined, "203.0.113.99")).status, 429);
  });

  it("count for the address where the key is none, or none any more", async () => {
    const revoked = await keys.make("AUDITOR");
    await keys.revoke(revoked.id);
    await until("it is no key", async () => (await ask(revoked.key, "198.51.100.1")).status !== 200);
    // A made-up key each time is no way past.
    const made = (i: number) => `grantledger_${String(i).padStart(43, "A")}`;
    const statuses: number[] = [];
    for (let i = 0; i < PER_ADDRESS + 2; i++) statuses.push((await ask(made(i), "198.51.100.2")).status);
    assert.deepEqual(statuses, [401, 401, 401, 429, 429]);
    const after = await ask(revoked.key, "198.51.100.2");
    assert.equal(after.status, 429);
    const { error } = (await after.json()) as { error: { message: string } };
    assert.match(error.message, /from this address/);
  });

  it("leave probes alone", async () => {
    const { key } = operator;
    const probe = () =>
      fetch(`${world.api.url}/health`, {
        headers: { authorization: `Bearer ${key}`, "x-forwarded-for": "198.51.100.3" },
      });
    for (let i = 0; i < PER_ADDRESS; i++) assert.equal((await probe()).status, 200);
    assert.equal((await probe()).status, 429);
    for (let i = 0; i < PER_KEY; i++) assert.equal((await ask(key, "198.51.100.3")).status, 200);
  });
});
