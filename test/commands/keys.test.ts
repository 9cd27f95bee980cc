import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type pg from "pg";
import { EXIT } from "../../indexer/commands/command.ts";
import { KEYS } from "../../indexer/commands/keys/keys.ts";
import { hashKey, isKey } from "../../indexer/ledger/keys/keyText.ts";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { connect } from "../support/ledger.ts";
import { type Operator, operator, type Ran } from "../support/ledgerCommand.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";

/** `npm run keys -- …`, as docs/KEYS.md shows it. */

const PAGE = readFileSync(new URL("../../docs/KEYS.md", import.meta.url), "utf8");
const ACCOUNT = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

let postgres: TestPostgres;
let sql: pg.Client;
let ledger: Operator;
let empty: Operator;
before(async () => {
  postgres = await startTestPostgres();
  const url = await postgres.createDatabase();
  await migrate(url);
  sql = await connect(url);
  ledger = await operator(url, []);
  empty = await operator(await postgres.createDatabase(), []);
});
after(async () => {
  await ledger?.stop();
  await empty?.stop();
  await sql?.end();
  await postgres?.stop();
});

const keys = (...args: string[]): Promise<Ran> => ledger.here(args, KEYS);

test("every line of the page works, and shows no key but the one that it makes", async () => {
  const lines = [...PAGE.matchAll(/^ {4}npm run keys -- (.+)$/gm)].map(([, line = ""]) =>
    [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ""),
  );
  assert.deepEqual(
    [...new Set(lines.map(([name]) => name))],
    KEYS.commands.map(({ name }) => name),
  );
  for (const line of lines) {
    const { code, stdout, stderr } = await keys(...line);
    assert.equal(code, EXIT.done, stderr);
    const shown = [...stdout.matchAll(/grantledger_\S+/g)].map(([key]) => key);
    assert.equal(shown.length, line[0] === "create" ? 1 : 0, stdout);
  }
});

test("what is made is stored as its hash, with whose it is and who made it", async () => {
  const made = (
    await keys(
      "create",
      "--role",
      "institution",
      "--account",
      ACCOUNT.toLowerCase(),
      "--name",
      "Bank B",
      "--by",
      "me",
      "--json",
    )
  ).json();
  assert(isKey(made.key));
  assert.deepEqual([made.role, made.account, made.name, made.createdBy], ["INSTITUTION", ACCOUNT, "Bank B", "me"]);
  const { rows } = await sql.query("SELECT hash, role::text, account FROM api_key WHERE id = $1", [made.id]);
  assert.deepEqual(
    { ...rows[0] },
    { hash: `0x${hashKey(made.key).toString("hex")}`, role: "INSTITUTION", account: ACCOUNT.toLowerCase() },
  );
  const listed = (await keys("list", "--json")).json().keys.find(({ id }: { id: number }) => id === made.id);
  assert.deepEqual([listed.name, listed.revokedAt, listed.key], ["Bank B", null, undefined]);
});

test("revoking says so, once", async () => {
  const made = (await keys("create", "--role", "auditor", "--name", "A", "--json")).json();
  const revoked = (await keys("revoke", String(made.id), "--by", "me", "--json")).json();
  assert.deepEqual([revoked.id, revoked.revokedBy], [made.id, "me"]);
  const again = await keys("revoke", String(made.id));
  assert.deepEqual([again.code, /was revoked already.*by me/.test(again.stderr)], [EXIT.failed, true]);
  assert.match((await keys("revoke", "999999")).stderr, /there is no key 999999/);
  assert.match((await keys("list")).stdout, new RegExp(`^${made.id}  AUDITOR  A .*; revoked .* by me$`, "m"));
});

for (const [args, says] of [
  [["create"], /--role is missing/],
  [["create", "--role", "king", "--name", "A"], /--role: expected institution, auditor or operator, got king/],
  [["create", "--role", "auditor"], /--name is missing/],
  [["create", "--role", "institution", "--name", "A"], /--account is missing/],
  [["create", "--role", "institution", "--name", "A", "--account", "0x12"], /--account: expected 0x and 40 hex digits/],
  [["create", "--role", "auditor", "--name", "A", "--account", ACCOUNT], /--account is for --role institution/],
  [["revoke", "one"], /<id>: expected the number/],
  [["revoke"], /expected: revoke <id>/],
  [["destroy"], /there is no command "destroy"[\s\S]*npm run keys -- <command>/],
] as const)
  test(`${args.join(" ")} is not understood`, async () => {
    const { code, stderr } = await keys(...args);
    assert.equal(code, EXIT.usage);
    assert.match(stderr, says);
  });

test("a database that no indexer has used yet is named as such", async () => {
  const { code, stderr } = await empty.here(["list"], KEYS);
  assert.equal(code, EXIT.failed);
  assert.match(stderr, /no table of keys yet: start the indexer/);
});
