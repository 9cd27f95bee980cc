import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { get } from "node:http";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { encodeKnownAt } from "../../indexer/api/knownAt.ts";
import { Checkpoints } from "../../indexer/api/reports/checkpoints.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { until } from "../support/wait.ts";
import { HOSTILE } from "./registryScene.ts";
import { parseJsonl, ReportTraffic, rowsOf } from "./reportWorld.ts";
import { entityEvent } from "./suite.ts";
import { address, bytes32, openWorld, SUITE, type World } from "./world.ts";

const GRANTEE = address(11);
const FORMATS = ["csv", "jsonl", "html"] as const;

describe("exports", () => {
  const random = createRandom(seed());
  const again = `again: GRANTLEDGER_SEED=${seed()}`;
  let postgres: TestPostgres;
  let world: World;
  let traffic: ReportTraffic;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    traffic = new ReportTraffic(world, seed());
    await traffic.play(80);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  const fetched = async (path: string) => {
    const response = await fetch(`${world.api.url}${path}`);
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const refused = async (path: string, code: string, status = 400): Promise<string> => {
    const { status: found, bytes } = await fetched(path);
    const { error } = JSON.parse(bytes.toString());
    assert.deepEqual([found, error.code], [status, code], path);
    return error.message;
  };
  const connected = async (): Promise<pg.Client> => {
    const sql = new pg.Client({ connectionString: world.databaseUrl });
    await sql.connect();
    return sql;
  };
  const PATHS = [
    `access.EXT?grantee=${GRANTEE}`,
    `readers.EXT?credential=${bytes32(1)}&use=RECORD_KEEPING`,
    `disclosures.EXT?credential=${bytes32(2)}`,
    `recipients.EXT?holder=${address(0x402)}`,
    `processing.EXT?grantee=${GRANTEE}`,
    "retention.EXT?from=0",
  ];

  it("go on from any byte, to the byte, also after more has happened and elsewhere", async () => {
    const kept: { pinned: string; bytes: Buffer }[] = [];
    for (const path of PATHS)
      for (const extension of FORMATS) {
        const { status, headers, bytes } = await fetched(`/reports/${path.replace("EXT", extension)}`);
        assert.equal(status, 200);
        kept.push({ pinned: headers.get("content-location") ?? "", bytes });
      }
    const before = traffic.rollbacks;
    await traffic.play(60);
    assert(traffic.rollbacks > before, again);
    const compare = async (): Promise<void> => {
      for (const { pinned, bytes } of kept) {
        assert(bytes.equals((await fetched(pinned)).bytes), `${pinned}; ${again}`);
        for (const offset of [1, random.int(bytes.length), bytes.length - 1]) {
          const rest = await fetched(`${pinned}&offset=${offset}`);
          assert(bytes.subarray(offset).equals(rest.bytes), `${pinned} from ${offset}; ${again}`);
        }
      }
    };
    await compare();
    const fresh = await fetched(`/reports/${PATHS[0]?.replace("EXT", "jsonl")}`);
    assert(!fresh.bytes.equals(kept[1]?.bytes ?? fresh.bytes), "nothing happened in between");
    for (const { pinned, bytes } of kept) await refused(`${pinned}&offset=${bytes.length + 1}`, "BAD_INPUT", 416);
  });

  it("end with a manifest that holds for what came before it, in every form", async () => {
    const path = `/reports/access.EXT?grantee=${GRANTEE}`;
    const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
    const { manifest, rows } = await rowsOf(world, path.replace("EXT", "jsonl"));
    assert.deepEqual(Object.keys(manifest), [
      ...[
        "report",
        "parameters",
        "knownAt",
        "time",
        "finality",
        "complete",
        "chains",
        "rows",
        "counts",
        "bytes",
        "sha256",
      ],
    ]);
    assert.deepEqual([manifest.report, manifest.parameters, manifest.complete], ["access", { grantee: GRANTEE }, true]);
    assert.deepEqual(
      manifest.chains.map(({ chain, block }: { chain: string; block: number }) => [chain, block]),
      [
        ["eip155:1", Number(world.chains.get(1n)?.height)],
        ["eip155:2", Number(world.chains.get(2n)?.height)],
      ],
    );
    const pin = `&knownAt=${manifest.knownAt}`;
    const csv = (await fetched(`${path.replace("EXT", "csv")}${pin}`)).bytes.toString();
    const lines = csv.split("\r\n");
    assert.equal(lines.length, rows.length + 3);
    const last = lines.at(-2) ?? "";
    const ofCsv = JSON.parse((/^#manifest,"(.*)",+$/.exec(last)?.[1] ?? "").replaceAll('""', '"'));
    assert.equal(ofCsv.sha256, digest(csv.slice(0, csv.length - last.length - 2)));
    assert.deepEqual({ ...ofCsv, bytes: 0, sha256: "" }, { ...manifest, bytes: 0, sha256: "" });
    const page = (await fetched(`${path.replace("EXT", "html")}${pin}`)).bytes.toString();
    assert.equal(page.split("<tr>").length - 1, rows.length + 1);
    const [table = "", footer = ""] = page.split("</tbody></table>");
    assert.match(footer, new RegExp(digest(table)));
    assert.equal(page.slice(0, table.length + 8), `${table}</tbody>`);
  });

  it("say how they are to be taken", async () => {
    const html = await fetched(`/reports/access.html?grantee=${GRANTEE}`);
    assert.match(html.headers.get("content-security-policy") ?? "", /^default-src 'none'; style-src 'sha256-/);
    assert.equal(html.headers.get("content-type"), "text/html; charset=utf-8");
    const csv = await fetched(`/reports/access.csv?grantee=${GRANTEE}`);
    assert.match(csv.headers.get("content-disposition") ?? "", /attachment; filename="access\.csv"/);
    for (const { headers } of [html, csv]) {
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("cache-control"), "no-store");
    }
    assert.match((await fetched("/reports")).bytes.toString(), /\/reports\/retention\.csv/);
  });

  it("refuse what they do not understand", async () => {
    const access = `/reports/access.csv?grantee=${GRANTEE}`;
    assert.match(await refused("/reports/access.csv", "BAD_INPUT"), /grantee: expected a value/);
    assert.match(await refused(`${access}&form=0`, "BAD_INPUT"), /expected of the parameters only/);
    assert.match(await refused(`${access}&grantee=${GRANTEE}`, "BAD_INPUT"), /expected it once/);
    for (const rest of ["from=1700000000000", "to=9999-01-01", "from=5&to=5", "purpose=0", "purpose=1e3", "offset=-1"])
      await refused(`${access}&${rest}`, "BAD_INPUT");
    for (const rest of ["offset=01", "finality=NONE", "knownAt=soon", "knownAt=2999-01-01T00:00:00Z", "toString=1"])
      await refused(`${access}&${rest}`, "BAD_INPUT");
    await refused(`/reports/readers.csv?credential=${bytes32(1)}&at=9999-01-01`, "BAD_INPUT");
    await refused(`/reports/readers.csv?credential=${bytes32(1)}&use=NONE`, "BAD_INPUT");
    await refused("/reports/access.csv?grantee=0x12", "BAD_INPUT");
    for (const path of ["/reports/none.csv", "/reports/access.pdf", "/reports/access", "/reports/__proto__.csv"])
      await refused(path, "NOT_FOUND", 404);
    await refused("/reports/../reports/constructor.csv", "NOT_FOUND", 404);
    // One that names what this database has not heard of yet, as a replica may not have: it will.
    const chains = new Map([[1n, 2n ** 51n]]);
    const ahead = encodeKnownAt({ clock: Number(world.now) * 1000, of: chains });
    await refused(`${access}&knownAt=${ahead}`, "NOT_YET_INDEXED", 503);
    const posted = await fetch(`${world.api.url}${access}`, { method: "POST" });
    assert.equal(posted.status, 405);
  });

  it("of nothing are a head and a manifest", async () => {
    const { rows, manifest } = await rowsOf(world, `/reports/access.jsonl?grantee=${address(0xdead)}`);
    assert.deepEqual([rows, manifest.rows, manifest.counts], [[], 0, {}]);
  });

  it("write hostile names so that they do nothing", async () => {
    const chain = await world.chain(3n, "Three", SUITE);
    const said = Object.values(HOSTILE).map((name, i) =>
      entityEvent("EntityRegistered", { account: 0x900 + i, sequence: 1, kinds: 2, name }),
    );
    const formula = entityEvent("EntityRegistered", { account: 0x910, sequence: 1, kinds: 2, name: "=HYPERLINK(1)" });
    const grantees = [...said.map((_, i) => 0x900 + i), 0x910];
    await chain.mine(world.now, [
      ...said,
      formula,
      ...grantees.map((grantee) => ({ credential: 77, grantee, record: {} })),
    ]);
    const path = `/reports/disclosures.EXT?credential=${bytes32(77)}`;
    const { rows } = await rowsOf(world, path.replace("EXT", "jsonl"));
    assert.deepEqual(
      rows.map(({ granteeName }) => granteeName),
      [...["A\0B\u0001", "��A�(���", "\ufeffX", "\u202egpj.exe <script>'\";--", "=HYPERLINK(1)"]],
    );
    const csv = (await fetched(path.replace("EXT", "csv"))).bytes.toString();
    assert.match(csv, /"A\\u\{0\}B\\u\{1\}"/);
    assert.match(csv, /"\\u\{202e\}gpj\.exe <script>'"";--"/);
    assert.match(csv, /"'=HYPERLINK\(1\)"/);
    const html = (await fetched(path.replace("EXT", "html"))).bytes.toString();
    assert.match(html, /<td>\\u\{202e\}gpj\.exe &lt;script&gt;&#39;&quot;;--<\/td>/);
    assert.doesNotMatch(html, /<script/);
  });

  it("that are broken off give their connection back, and the server goes on", async () => {
    const grantee = address(0xbeef);
    const chain = world.chains.get(3n);
    assert(chain !== undefined);
    for (let block = 0; block < 4; block++)
      await chain.mine(
        world.now,
        Array.from({ length: 1_000 }, (_, i) => ({
          credential: 1_000_000 + block * 1_000 + i,
          grantee: 0xbeef,
          record: {},
        })),
      );
    const path = `/reports/access.csv?grantee=${grantee}`;
    const whole = await fetched(path);
    assert(whole.bytes.length > 1_500_000);
    const pinned = whole.headers.get("content-location") ?? "";
    const sql = await connected();
    try {
      const open = async (): Promise<number> =>
        (
          await sql.query(
            "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'grantledger reports' AND datname = current_database() AND state <> 'idle'",
          )
        ).rows[0].n;
      // More of them than there are connections: one after the other is left in the middle.
      for (let i = 0; i < 5; i++) {
        // Before the first place that is remembered, and after the last.
        const length = i % 2 === 0 ? 1 + random.int(100_000) : whole.bytes.length - 1 - random.int(100_000);
        const part = await broken(`${world.api.url}${pinned}`, length);
        assert(whole.bytes.subarray(0, part.length).equals(part));
        const rest = await fetched(`${pinned}&offset=${part.length}`);
        assert(Buffer.concat([part, rest.bytes]).equals(whole.bytes), again);
      }
      await until("the connections are given back", async () => (await open()) === 0);
    } finally {
      await sql.end();
    }
    const { manifest } = parseJsonl((await fetched(path.replace("csv", "jsonl"))).bytes.toString());
    assert.equal(manifest.rows, 4_000);
  });

  it("nobody waits for any more end in the database too", async () => {
    const [blocker, watcher] = await Promise.all([connected(), connected()]);
    try {
      const busy = async (): Promise<number> =>
        (
          await watcher.query(
            "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'grantledger reports' AND datname = current_database() AND state = 'active'",
          )
        ).rows[0].n;
      await blocker.query("BEGIN; LOCK TABLE event IN ACCESS EXCLUSIVE MODE");
      const gone = new AbortController();
      const asked = fetch(`${world.api.url}/reports/retention.jsonl?from=0`, { signal: gone.signal });
      asked.catch(() => {});
      await until("the report is being read", async () => (await busy()) === 1);
      gone.abort();
      await until("its reading has ended", async () => (await busy()) === 0);
    } finally {
      await Promise.all([blocker.end(), watcher.end()]);
    }
  });

  it("beyond the connections there are come again later", async () => {
    const sql = await connected();
    try {
      // Reports wait for this table, and with them their connections.
      await sql.query("BEGIN; LOCK TABLE event IN ACCESS EXCLUSIVE MODE");
      const asked = [1, 2, 3, 4].map((from) => fetched(`/reports/retention.jsonl?from=${from}`));
      const { status, headers, bytes } = await Promise.race(asked);
      assert.deepEqual([status, headers.get("retry-after")], [503, "1"], bytes.toString());
      assert.equal(JSON.parse(bytes.toString()).error.code, "RETRYABLE");
      await sql.query("ROLLBACK");
      const statuses = (await Promise.all(asked)).map((one) => one.status).sort();
      assert.deepEqual(statuses, [200, 200, 200, 503]);
    } finally {
      await sql.end();
    }
  });
});

it("places are remembered within bounds, and a near one is found", () => {
  const checkpoints = new Checkpoints();
  const MB = 1_000_000;
  const place = (bytes: number) => ({ bytes, rows: 1, counts: new Map(), hash: createHash("sha256"), after: bytes });
  for (let id = 0; id < 3 * Checkpoints.EXPORTS; id++)
    for (let [n, last] = [1, 0]; n <= 1_000; n++) {
      if (n * MB - last < checkpoints.spacing(String(id))) continue;
      last = n * MB;
      checkpoints.note(String(id), place(last));
    }
  const newest = String(3 * Checkpoints.EXPORTS - 1);
  assert.equal(checkpoints.before("0", 1e12), undefined);
  assert.equal(checkpoints.before(newest, MB - 1), undefined);
  for (let n = 100; n < 1_000; n += 7) {
    const found = checkpoints.before<number>(newest, n * MB)?.bytes ?? 0;
    assert(found <= n * MB && found > (n - 40) * MB, `${n}: ${found}`);
  }
  assert(checkpoints.spacing(newest) > checkpoints.spacing("0"));
});

/** The first so many bytes; then the client goes away. */
const broken = (url: string, bytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    const request = get(url, (response) => {
      response.on("data", (part: Buffer) => {
        parts.push(part);
        length += part.length;
        if (length < bytes) return;
        request.destroy();
        resolve(Buffer.concat(parts).subarray(0, bytes));
      });
      response.on("error", () => {});
    });
    request.on("error", reject);
  });
