import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { EXIT } from "../../indexer/commands/command.ts";
import { runCommand } from "../../indexer/commands/main.ts";
import { SecretBox } from "../../indexer/webhooks/secretBox.ts";
import { address, bytes32, NOW, openWorld, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";

describe("npm run ledger -- webhook", () => {
  const key = randomBytes(32);
  let postgres: TestPostgres;
  let world: World;
  let sql: pg.Client;
  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    await (await world.chain(1n)).mine(NOW - 10n, [{ record: {} }]);
    sql = new pg.Client({ connectionString: world.databaseUrl });
    await sql.connect();
  });
  after(async () => {
    await sql?.end();
    await world?.close();
    await postgres?.stop();
  });

  const run = async (args: readonly string[], environment: NodeJS.ProcessEnv = {}) => {
    const written = { out: "", err: "" };
    const code = await runCommand(["webhook", ...args], {
      environment: {
        GRANTLEDGER_DATABASE_URL: world.databaseUrl,
        GRANTLEDGER_WEBHOOK_KEY: key.toString("base64"),
        ...environment,
      },
      out: { write: (text) => (written.out += text) },
      err: { write: (text) => (written.err += text) },
      signal: new AbortController().signal,
    });
    return { code, ...written };
  };
  const json = async (...args: string[]) => {
    const { code, out, err } = await run([...args, "--json"]);
    assert.equal(code, EXIT.done, err);
    return JSON.parse(out);
  };

  it("adds one, shows its secret once, and keeps it under the key", async () => {
    assert.match((await run([])).out, /There are no webhooks/);
    const added = await run([
      ...["--add", "https://example.com/hook", "--grantee", address(12), "--credential", bytes32(3)],
      ...["--chain", "eip155:1", "--from", "beginning", "--by", "me"],
    ]);
    assert.equal(added.code, EXIT.done, added.err);
    const [secret = ""] = /whsec_\S+/.exec(added.out) ?? [];
    const { rows } = await sql.query("SELECT * FROM webhook");
    const [row] = rows;
    assert.equal(rows.length, 1);
    assert.equal(`whsec_${new SecretBox(key).open(row.secret, row.id).toString("base64")}`, secret);
    assert.equal(`0x${row.grantee.toString("hex")}`, address(12));
    assert.equal(`0x${row.credential.toString("hex")}`, bytes32(3));
    assert.deepEqual([row.chain_id, row.holder, row.created_by], ["1", null, "me"]);
    const listed = await run([]);
    assert.match(listed.out, /ACTIVE {2}https:\/\/example\.com\/hook/);
    assert.ok(!listed.out.includes(secret.slice(6)));
  });

  it("ends, starts, and has dead letters sent again", async () => {
    const { id } = await json("--add", "https://example.com/other");
    assert.deepEqual(await json("--end", id), { id, status: "ENDED" });
    assert.deepEqual(await json("--start", id), { id, status: "ACTIVE" });
    await sql.query("INSERT INTO dead_letter VALUES ($1, 'msg_1', '{}', 'HTTP 500', now(), false)", [id]);
    assert.deepEqual(
      (await json("--dead", id)).letters.map(({ messageId, problem }: Record<string, string>) => [messageId, problem]),
      [["msg_1", "HTTP 500"]],
    );
    assert.deepEqual(await json("--replay", id), { id, letters: 1 });
    const { rows } = await sql.query("SELECT replay FROM dead_letter WHERE webhook_id = $1", [id]);
    assert.deepEqual(rows, [{ replay: true }]);
    const { webhooks } = await json();
    assert.equal(webhooks.length, 2);
  });

  it("refuses what it cannot do, says why, and changes nothing", async () => {
    const count = async () => (await sql.query("SELECT FROM webhook")).rowCount;
    const before = await count();
    for (const [args, code, words] of [
      [["--add", "http://example.com/"], EXIT.usage, /only https/],
      [["--add", "https://169.254.169.254/latest"], EXIT.usage, /not public/],
      [["--add", "https://example.com/", "--grantee", "nobody"], EXIT.usage, /--grantee/],
      [["--add", "https://example.com/", "--credential", "0x12"], EXIT.usage, /--credential/],
      [["--add", "https://example.com/", "--from", "yesterday"], EXIT.usage, /--from/],
      [["--add", "https://example.com/", "--end", "wh_1"], EXIT.usage, /say one of/],
      [["--end", "wh_none"], EXIT.failed, /there is no webhook wh_none/],
      [["--replay", "wh_none"], EXIT.failed, /there is no webhook wh_none/],
    ] as const) {
      const refused = await run(args);
      assert.equal(refused.code, code, refused.err);
      assert.match(refused.err, words);
    }
    const without = await run(["--add", "https://example.com/"], { GRANTLEDGER_WEBHOOK_KEY: undefined });
    assert.match(without.err, /webhooks\.key is not configured/);
    const short = await run(["--add", "https://example.com/"], { GRANTLEDGER_WEBHOOK_KEY: "c2hvcnQtc2VjcmV0" });
    assert.match(short.err, /expected 32 bytes in base64/);
    assert.ok(!short.err.includes("c2hvcnQtc2VjcmV0"), "the key is not shown");
    assert.equal(await count(), before);
  });
});
