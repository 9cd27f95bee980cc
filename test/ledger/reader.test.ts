import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { startIndexer } from "../../indexer/indexer.ts";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { READABLE, readerStatements, WITHHELD } from "../../indexer/ledger/readerRole.ts";
import { createLogger } from "../../indexer/ops/log.ts";
import { playScene } from "../api/scene.ts";
import { openWorld, type World } from "../api/world.ts";
import { type Operator, operator } from "../support/ledgerCommand.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";

let postgres: TestPostgres;
let databaseUrl: string;
let owner: pg.Client;
let ledger: Operator;
before(async () => {
  postgres = await startTestPostgres();
  databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  owner = await connected(databaseUrl);
  ledger = await operator(databaseUrl, []);
});
after(async () => {
  await owner?.end();
  await ledger?.stop();
  await postgres?.stop();
});

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

const as = (role: string, password: string, url = databaseUrl): string => {
  const other = new URL(url);
  other.username = role;
  other.password = password;
  return other.href;
};

async function made(role: string, ...more: string[]): Promise<string> {
  const { code, stderr, json } = await ledger.here(["reader", role, "--json", ...more]);
  assert.equal(code, 0, stderr);
  return json().readUrl;
}

const starting = (readDatabaseUrl: string, host = "127.0.0.1") => {
  const lines: string[] = [];
  const log = createLogger("warn", { write: (line: string) => void lines.push(line) });
  const api = { host, port: 0, explore: false, maxStalenessSeconds: 60 };
  return { lines, indexer: startIndexer({ databaseUrl, readDatabaseUrl, chains: [], api, log }) };
};

describe("the role that can only read", () => {
  it("reads everything that answers rest on, and changes nothing, whatever it sets for itself", async () => {
    const reader = await connected(await made("t_reader"));
    try {
      assert.equal((await reader.query("SHOW statement_timeout")).rows[0].statement_timeout, "5s");
      await assert.rejects(reader.query("DELETE FROM event"), /read-only transaction/);
      await reader.query("SET default_transaction_read_only = off");
      for (const table of READABLE) {
        await reader.query(`SELECT * FROM ${table} LIMIT 1`);
        for (const change of [
          `DELETE FROM ${table}`,
          `TRUNCATE ${table}`,
          `DROP TABLE ${table}`,
          `ALTER TABLE ${table} ADD COLUMN x int`,
          `BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`,
          `CREATE TRIGGER t BEFORE INSERT ON ${table} EXECUTE FUNCTION now()`,
        ])
          await assert
            .rejects(reader.query(change), /permission denied|must be owner/, change)
            .finally(() => reader.query("ROLLBACK"));
      }
      for (const change of [
        "CREATE TABLE mine (a int)",
        "CREATE TEMPORARY TABLE mine (a int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE other",
        "SET ROLE postgres",
        "ALTER ROLE t_reader SUPERUSER",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY event TO PROGRAM 'cat'",
        ...WITHHELD.map((table) => `SELECT * FROM ${table}`),
      ])
        await assert.rejects(reader.query(change), /permission denied|must be|must have|Only roles/i, change);
    } finally {
      await reader.end();
    }
  });

  it("is decided about for every table", async () => {
    const { rows } = await owner.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')",
    );
    assert.deepEqual(rows.map(({ name }) => name).sort(), [...READABLE, ...WITHHELD].sort());
  });

  it("keeps its password when it is set right again, and gets another when asked", async () => {
    const first = await made("t_kept");
    await owner.query("GRANT DELETE ON event TO t_kept");
    assert.equal(new URL(await made("t_kept")).password, "");
    await (await connected(first)).end();
    const { rows } = await owner.query("SELECT has_table_privilege('t_kept', 'event', 'DELETE') AS can");
    assert.equal(rows[0].can, false);
    const second = await made("t_kept", "--new-password");
    assert.notEqual(second, first);
    await assert.rejects(connected(first), /password authentication failed/);
    await (await connected(second)).end();
  });

  it("can be made by somebody else, from the statements", async () => {
    const { stdout } = await ledger.here(["reader", "t_printed", "--sql"]);
    const { rowCount } = await owner.query("SELECT FROM pg_roles WHERE rolname = 't_printed'");
    assert.equal(rowCount, 0);
    await owner.query(stdout);
    await owner.query("ALTER ROLE t_printed PASSWORD 'secret'");
    const { indexer } = starting(as("t_printed", "secret"));
    await (await indexer).stop();
  });

  it("is no role that would write all the same", async () => {
    const refused = async (role: string): Promise<string> => {
      const { code, stderr } = await ledger.here(["reader", role]);
      assert.equal(code, 1, role);
      return stderr;
    };
    assert.match(await refused("postgres"), /is the role that writes the ledger/);
    for (const name of ["Reader", "a b", 'a"b', "a;b", "", "é"])
      assert.match(await refused(name), /expected to be lower case/);
    await owner.query(
      "CREATE ROLE t_writers; GRANT INSERT ON event TO t_writers; CREATE ROLE t_member IN ROLE t_writers",
    );
    assert.match(await refused("t_member"), /t_member can still change event, as a member/);
    await owner.query("CREATE ROLE t_poor LOGIN PASSWORD 'secret'; GRANT pg_read_all_data TO t_poor");
    const poor = await operator(as("t_poor", "secret"), []);
    try {
      assert.match((await poor.here(["reader", "t_new"])).stderr, /may not make t_new .*--sql/s);
    } finally {
      await poor.stop();
    }
  });

  it("has its names and passwords written so that they are nothing else", () => {
    const statements = readerStatements("r", `o"d`, false, "a'b\\c").join("\n");
    assert.match(statements, /ON DATABASE "o""d"/);
    assert.match(statements, /PASSWORD {1,2}E'a''b\\\\c'/);
  });
});

describe("an indexer with a role to read", () => {
  it("starts with one that can only read", async () => {
    const { indexer, lines } = starting(await made("t_start"));
    const running = await indexer;
    const response = await fetch(`${running.url}/status`);
    assert.equal(response.status, 200);
    await running.stop();
    assert.deepEqual(lines, []);
  });

  it("does not start with one that can write, or cannot read", async () => {
    await assert.rejects(starting(databaseUrl).indexer, {
      name: "OperatorError",
      message: /role postgres, which can change _prisma_migrations, access_grant, api_key, block/,
    });
    const url = await made("t_blind");
    await owner.query("REVOKE SELECT ON event, entity FROM t_blind");
    await assert.rejects(starting(url).indexer, {
      name: "OperatorError",
      message: /t_blind, which cannot read entity, event: .*reader t_blind/,
    });
  });

  it("starts while the database to read from is away, and says so", async () => {
    const away = new URL(databaseUrl);
    away.port = "1";
    const { indexer, lines } = starting(away.href);
    await (await indexer).stop();
    assert.match(lines.join(""), /does not answer yet/);
    assert.doesNotMatch(lines.join(""), new RegExp(away.password));
  });

  it("says what is open when others can reach it", async () => {
    const { indexer, lines } = starting(await made("t_open"), "0.0.0.0");
    await (await indexer).stop();
    assert.equal(lines.length, 1);
    assert.match(lines.join(""), /api\.rateLimit/);
  });
});

describe("an API that reads as that role", () => {
  let world: World;
  after(async () => world?.close());

  it("answers everything that one with all rights does", async () => {
    world = await openWorld(postgres);
    await playScene(world);
    const command = await operator(world.databaseUrl, []);
    const { json } = await command.here(["reader", "t_answers", "--json"]);
    await command.stop();
    const reading = await openWorld(postgres, { databaseUrl: json().readUrl });
    try {
      reading.now = world.now;
      const query = `{ chains { chain undecoded events } grants { nodes { id history { nodes { id kind } } parent { id } } }
        credentials { nodes { id history { nodes { id } } } } entities { nodes { id } }
        auditTrail { nodes { id kind retracted record { word } governance { callData } } }
        check(credential: "0x${"1".padStart(64, "0")}", grantee: "0x${"b".padStart(40, "0")}") { decision evaluatedAt { block } }
        whoCanRead(credential: "0x${"1".padStart(64, "0")}") { nodes { grantee } } }`;
      assert.deepEqual(await reading.ask(query), await world.ask(query));
      const past = `{ check(credential: "0x${"1".padStart(64, "0")}", grantee: "0x${"b".padStart(40, "0")}", knownAt: "2027-01-15T07:00:00Z") { decision } }`;
      assert.deepEqual(await reading.ask(past), await world.ask(past));
    } finally {
      await reading.close();
    }
  });
});
