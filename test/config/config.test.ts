import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { type Config, loadConfig } from "../../indexer/config/config.ts";
import { redactUrl } from "../../indexer/config/redact.ts";
import { configFile } from "../../indexer/config/schema.ts";
import { toHex } from "../../indexer/grants/bytes.ts";
import { explain, OperatorError } from "../../indexer/ops/errors.ts";
import { checked } from "../support/property.ts";

/** A configuration is taken as it is meant or refused with every problem at once, and never shows a secret. */

const folder = mkdtempSync(join(tmpdir(), "grantledger-test-config-"));
after(() => rmSync(folder, { recursive: true }));

const FILE = join(folder, "grantledger.config.json");
const ADDRESS = "0xA4524Eb037e747725817d133A9f970ca8cD92669";
const SECRET = "hunter2hunter2";
const CHAIN = {
  chainId: "eip155:42161",
  rpc: ["https://arbitrum.example/rpc"],
  contracts: [{ name: "AccessGrants", address: ADDRESS, startBlock: 7 }],
};

function load(content: unknown, environment: NodeJS.ProcessEnv = {}): Config {
  writeFileSync(FILE, typeof content === "string" ? content : JSON.stringify(content));
  return loadConfig(environment, folder);
}

/** The lines of the one error that says everything, without the secret. */
function problems(content: unknown, environment: NodeJS.ProcessEnv = {}): string[] {
  try {
    load(content, environment);
  } catch (error) {
    assert.ok(error instanceof OperatorError, String(error));
    assert.ok(!explain(error).includes(SECRET), explain(error));
    const [head, ...lines] = error.message.split("\n");
    assert.match(head ?? "", /cannot be used:|is not/);
    return lines.map((line) => line.replace(/^ {2}- /, ""));
  }
  return assert.fail(`accepted: ${JSON.stringify(content)}`);
}

test("a whole configuration is read as it is meant", () => {
  const config = load({
    database: { url: "postgresql://u:p@db/ledger" },
    chains: [CHAIN, { ...CHAIN, chainId: 10, name: "Optimism", pollIntervalMs: 250 }],
    api: { host: "0.0.0.0", port: 8080, explore: true, maxStalenessSeconds: 5 },
    access: { keys: true, log: true, logUrl: "postgresql://l:p@db/ledger" },
    log: { level: "debug" },
  });
  assert.equal(config.database?.url, "postgresql://u:p@db/ledger");
  assert.deepEqual(
    config.chains.map(({ chainId, name, rpc, pollIntervalMs }) => [chainId, name, rpc, pollIntervalMs]),
    [
      [42161n, "Chain 42161", CHAIN.rpc, 1000],
      [10n, "Optimism", CHAIN.rpc, 250],
    ],
  );
  const contract = config.chains[0]?.contracts[0];
  assert.deepEqual(
    [contract?.name, contract && toHex(contract.address), contract?.startBlock],
    ["AccessGrants", ADDRESS.toLowerCase(), 7n],
  );
  assert.deepEqual(config.api, { host: "0.0.0.0", port: 8080, explore: true, maxStalenessSeconds: 5 });
  assert.equal(config.log.level, "debug");
  assert.deepEqual(config.access, { keys: true, log: true, logUrl: "postgresql://l:p@db/ledger" });
});

test("without a word about access everybody may ask, and the database is read where it is written", () => {
  const config = load({ database: { url: "postgresql://db/ledger" }, chains: [CHAIN] });
  assert.deepEqual(config.access, { keys: false, log: false });
  assert.equal(config.database?.readUrl, undefined);
});

test("a log needs keys, and a role for it a log; both URLs come from the environment too, and are not shown", () => {
  const url = `postgresql://u:${SECRET}@db/ledger`;
  const [log] = problems({ chains: [CHAIN], access: { log: true } });
  assert.match(log ?? "", /^access\.log: expected access\.keys to be true/);
  const [limit] = problems({ chains: [CHAIN], access: { rateLimit: { requests: 5 } } });
  assert.match(limit ?? "", /^access\.rateLimit: expected access\.keys to be true/);
  const [role] = problems({ chains: [CHAIN], access: { keys: true, logUrl: url } });
  assert.match(role ?? "", /^access\.logUrl: expected access\.log to be true/);
  const environment = { GRANTLEDGER_READ_DATABASE_URL: url, GRANTLEDGER_LOG_DATABASE_URL: url };
  const config = load(
    { database: { url: "postgresql://db/ledger" }, chains: [CHAIN], access: { keys: true, log: true } },
    environment,
  );
  assert.deepEqual([config.database?.readUrl, config.access.logUrl], [url, url]);
  const wrong = { GRANTLEDGER_READ_DATABASE_URL: `mysql://u:${SECRET}@db`, GRANTLEDGER_LOG_DATABASE_URL: SECRET };
  assert.equal(problems({ database: { url }, chains: [CHAIN], access: { keys: true, log: true } }, wrong).length, 2);
});

test("an endpoint is a URL, or one with what is known of it; a quorum is no larger than their number", () => {
  const known = { url: "wss://node.example/KEY", name: "mine", maxBatch: 20, maxCallsPerSecond: 12.5 };
  const rpc = ["https://one.example", "ws://two.example", known];
  const [chain] = load({ chains: [{ ...CHAIN, rpc, quorum: 3 }] }).chains;
  assert.deepEqual([chain?.rpc, chain?.quorum], [rpc, 3]);
  assert.equal(load({ chains: [CHAIN] }).chains[0]?.quorum, 1);
  for (const [entry, says] of [
    [{ ...known, maxBatch: 0 }, /chains\[0\]\.rpc\[0\]\.maxBatch: .*>=1/],
    [{ ...known, maxCallsPerSecond: 0 }, /rpc\[0\]\.maxCallsPerSecond: .*>=0\.1/],
    [{ ...known, name: "" }, /rpc\[0\]\.name: .*>=1 characters/],
    [{ ...known, speed: 1 }, /rpc\[0\]: unknown key "speed"/],
    [{ ...known, url: `ftp://node/${SECRET}` }, /rpc\[0\]\.url: expected a URL with http/],
    [{ name: "no url" }, /rpc\[0\]\.url: /],
    [7, /rpc\[0\]: expected a URL, or an object with a url/],
    [["https://one.example"], /rpc\[0\]: expected a URL, or an object with a url/],
  ] as const) {
    const lines = problems({ chains: [{ ...CHAIN, rpc: [entry] }] });
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", says);
  }
  assert.match(
    problems({ chains: [{ ...CHAIN, quorum: 2 }] }).join(),
    /chains\[0\]\.quorum: expected no more than there are endpoints \(1\), got "2"/,
  );
});

test("what is left out has its default", () => {
  rmSync(FILE, { force: true });
  const config = loadConfig({}, folder);
  assert.deepEqual(config.chains, []);
  assert.equal(config.database, undefined);
  assert.deepEqual(config.api, { host: "127.0.0.1", port: 4000, explore: false, maxStalenessSeconds: 60 });
  assert.equal(config.log.level, "info");
  assert.deepEqual(config.log.rooms, {});
  assert.equal(config.metrics, undefined, "metrics are served only where they are asked for");
});

test("how a chain is read is part of it, and what it does not allow is one of the problems", () => {
  const config = load({ chains: [CHAIN, { ...CHAIN, chainId: 1 }, { ...CHAIN, chainId: 10, verification: "linked" }] });
  assert.deepEqual(
    config.chains.map(({ reading }) => reading.verification),
    ["LINKED", "VERIFIED", "LINKED"],
  );
  const lines = problems({
    chains: [
      { ...CHAIN, verification: "verified" },
      { ...CHAIN, chainId: 11, verification: "trusted" },
    ],
  });
  assert.match(lines.join("\n"), /eip155:42161: verification is "verified", and the encoding of its receipts/);
  assert.match(lines.join("\n"), /chains\[1\]\.verification: .*"verified"\|"linked"\|"ranged"/);
});

test("the example file is one that the schema takes", () => {
  const path = fileURLToPath(new URL("../../grantledger.config.example.json", import.meta.url));
  const example = JSON.parse(readFileSync(path, "utf8"));
  const result = configFile.safeParse(example);
  assert.ok(result.success, result.error?.message);
  assert.ok(result.data.chains.length > 0);
});

test("every problem at once: where, what was given, what was expected", () => {
  const lines = problems({
    database: { url: `mysql://u:${SECRET}@db/ledger` },
    chains: [
      { ...CHAIN, chainId: "eip155:0", pollIntervalMs: 1.5 },
      { ...CHAIN, rpc: [] },
      { ...CHAIN, chainId: 11, rpc: [`ftp://node/${SECRET}`, `not a url ${SECRET}`] },
      { ...CHAIN, chainId: 12, name: "", contracts: [{ name: "Other", address: `${ADDRESS}00`, startBlock: -1 }] },
      { ...CHAIN, chainId: 13, contracts: [{ ...CHAIN.contracts[0], address: ADDRESS.replace("A", "a") }] },
    ],
    api: { port: 70_000, explore: "yes", hots: "0.0.0.0" },
    log: { level: "loud", rooms: { kitchen: "debug", sync: "silent" } },
    metrics: { host: "0.0.0.0" },
    [`unknown`]: SECRET,
  });
  const expected: [where: string, says: RegExp][] = [
    ["database.url", /expected a URL with postgres:\/\/ or postgresql:\/\/, got a value that is not shown/],
    ["chains[0].chainId", /expected a chain id such as 42161.*got "\\"eip155:0\\""/],
    ["chains[0].pollIntervalMs", /expected int.*got "1\.5"/],
    ["chains[1].rpc", /expected array to have >=1 items/],
    [
      "chains[2].rpc[0]",
      /expected a URL with http:\/\/ or https:\/\/ or ws:\/\/ or wss:\/\/, got a value that is not shown/,
    ],
    ["chains[2].rpc[1]", /expected a URL/],
    ["chains[3].name", /expected string to have >=1 characters/],
    [
      "chains[3].contracts[0].name",
      /expected one of "AccessGrants"\|"CredentialRegistry"\|"EntityRegistry"\|"AccessManager", got "\\"Other\\""/,
    ],
    ["chains[3].contracts[0].address", /expected an address: expected 0x and 40 hex digits/],
    ["chains[3].contracts[0].startBlock", /expected number to be >=0, got "-1"/],
    ["chains[4].contracts[0].address", /EIP-55 checksum of 0x.* does not match, expected 0xA4524/],
    ["api.port", /expected number to be <=65535, got "70000"/],
    ["api.explore", /expected boolean.*got "\\"yes\\""/],
    ["api", /unknown key "hots"/],
    ["log.level", /expected one of .*"debug".*got "\\"loud\\""/],
    ["log.rooms", /unknown key "kitchen"/],
    ["log.rooms.sync", /expected one of .*"debug".*got "\\"silent\\""/],
    ["metrics.port", /expected number.*got nothing/],
    ["(the whole)", /unknown key "unknown"/],
  ];
  for (const [where, says] of expected) {
    const line = lines.find((one) => one.startsWith(`${where}: `) && says.test(one));
    assert.ok(line, `${where} ${says}\n${lines.join("\n")}`);
  }
  assert.equal(lines.length, expected.length, lines.join("\n"));
});

test("a chain without contracts and without a record, and a chain that comes twice, are named among the others", () => {
  const lines = problems({
    chains: [CHAIN, { chainId: 999_999, rpc: ["http://node"] }, { ...CHAIN, chainId: 42161 }],
    api: { port: -1 },
  });
  for (const says of [
    /eip155:999999 names no contracts and has no usable deployment record.*npm run deploy, or add contracts/,
    /chains\[2\]\.chainId: expected each chain once/,
    /api\.port/,
  ])
    assert.ok(
      lines.some((line) => says.test(line)),
      `${says}\n${lines.join("\n")}`,
    );
  assert.equal(lines.length, 3, lines.join("\n"));
});

test("a value of an unexpected shape says what was expected, whatever it is", () => {
  for (const [content, where] of [
    [{ chains: [{ ...CHAIN, chainId: {} }] }, "chains[0].chainId"],
    [{ chains: [{ ...CHAIN, chainId: null }] }, "chains[0].chainId"],
    [{ chains: [{ ...CHAIN, contracts: [{ ...CHAIN.contracts[0], address: [] }] }] }, "chains[0].contracts[0].address"],
    [{ chains: {} }, "chains"],
    [{ chains: [null] }, "chains[0]"],
    [{ api: 7 }, "api"],
    [[], "(the whole)"],
    ["null", "(the whole)"],
  ] as const) {
    const lines = problems(content);
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.ok(lines[0]?.startsWith(`${where}: `) && /expected/.test(lines[0]), lines[0]);
  }
});

test("no secret is shown, wherever it was put by mistake", () => {
  const postgres = `postgresql://auditor:${SECRET}@db/ledger`;
  const rpc = `https://node.example/v2/${SECRET}`;
  for (const content of [
    { database: postgres },
    { database: { url: [postgres] } },
    { database: { url: postgres, user: SECRET } },
    { database: { connection: postgres } },
    { chains: rpc },
    { chains: [rpc] },
    { chains: [{ chainId: 1, rpc }] },
    { chains: [{ chainId: 1, rpc: { url: rpc } }] },
    { chains: [{ ...CHAIN, name: { rpc } }] },
    { chains: [{ ...CHAIN, contracts: [rpc] }] },
    { chains: [{ ...CHAIN, contracts: [{ ...CHAIN.contracts[0], address: rpc }] }] },
    { api: { host: 7, port: { password: SECRET } } },
    { log: { level: rpc } },
    [postgres],
    `{ "database": { "url": "${postgres}" }`,
    `"${postgres}"`,
    `${postgres}`,
    `{ "database": { "url": "${SECRET}" "chains": [] } }`,
  ])
    problems(content);
  assert.deepEqual(
    problems({}, { GRANTLEDGER_DATABASE_URL: `db:${SECRET}`, GRANTLEDGER_RPC_1: `${rpc},ftp://node/${SECRET}` }).map(
      (line) => line.replace(/: .*/, ""),
    ),
    ["database.url", "chains[0].rpc[1]"],
  );
});

test("the environment overrides the file, and adds to it", () => {
  const environment = {
    GRANTLEDGER_DATABASE_URL: "postgres://env/ledger",
    GRANTLEDGER_RPC_42161: " https://one.example , http://two.example",
    GRANTLEDGER_HOST: "::1",
    GRANTLEDGER_PORT: "0",
    GRANTLEDGER_EXPLORE: "true",
    GRANTLEDGER_LOG_LEVEL: "warn",
    GRANTLEDGER_LOG_ROOMS: "sync=debug, rpc=trace",
    GRANTLEDGER_METRICS_PORT: "9464",
    SOMETHING_ELSE: "x",
  };
  const config = load({ chains: [CHAIN], database: { url: "postgres://file/ledger" }, api: { port: 1 } }, environment);
  assert.equal(config.database?.url, "postgres://env/ledger");
  assert.deepEqual(config.chains[0]?.rpc, ["https://one.example", "http://two.example"]);
  assert.equal(config.chains.length, 1);
  assert.deepEqual(config.api, { host: "::1", port: 0, explore: true, maxStalenessSeconds: 60 });
  assert.deepEqual(config.log, { level: "warn", rooms: { sync: "debug", rpc: "trace" } });
  assert.deepEqual(config.metrics, { host: "127.0.0.1", port: 9464 });

  const added = problems({ chains: [CHAIN] }, { GRANTLEDGER_RPC_999999: "http://node" });
  assert.match(added.join(), /eip155:999999 names no contracts/);
});

test("what the environment says wrongly is refused like the file's", () => {
  const lines = problems(
    {},
    {
      ...{ GRANTLEDGER_PORT: "80a", GRANTLEDGER_EXPLORE: "maybe", GRANTLEDGER_LOG_LEVEL: "", GRANTLEDGER_HOST: "" },
      ...{ GRANTLEDGER_LOG_ROOMS: "sync", GRANTLEDGER_METRICS_PORT: "off" },
      GRANTLEDGER_RPC_0: "http://node",
    },
  );
  for (const where of [
    "api.port",
    "api.explore",
    "log.level",
    "log.rooms",
    "metrics.port",
    "api.host",
    "chains[0].chainId",
  ])
    assert.ok(
      lines.some((line) => line.startsWith(`${where}: `)),
      `${where}\n${lines.join("\n")}`,
    );
});

test("a file that is named and not there, or not JSON, is an operator's error", () => {
  assert.throws(
    () => loadConfig({ GRANTLEDGER_CONFIG: "missing.json" }, folder),
    (error) => {
      assert.ok(error instanceof OperatorError);
      assert.match(error.message, /GRANTLEDGER_CONFIG names .*missing\.json, which is not there/);
      return true;
    },
  );
  assert.match(
    (() => {
      try {
        return String(load("{ nonsense"));
      } catch (error) {
        return explain(error);
      }
    })(),
    /grantledger\.config\.json is not readable JSON.*(line 1|position 2)/,
  );
  writeFileSync(join(folder, "other.json"), JSON.stringify({ log: { level: "error" } }));
  assert.equal(loadConfig({ GRANTLEDGER_CONFIG: "other.json" }, folder).log.level, "error");
});

test("any JSON is taken or refused with an OperatorError", () => {
  const keys = fc.constantFrom("database", "chains", "api", "log", "url", "rpc", "chainId", "contracts", "__proto__");
  const near = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: "small" }, fc.jsonValue(), fc.dictionary(keys, tie("any")), fc.array(tie("any"))),
  })).any;
  checked(
    fc.property(near, (content) => {
      try {
        load(content);
      } catch (error) {
        assert.ok(error instanceof OperatorError, String(error));
      }
    }),
  );
});

test("of a URL only where it leads is shown", () => {
  assert.equal(redactUrl("https://node.example:8545"), "https://node.example:8545");
  assert.equal(redactUrl(`https://u:${SECRET}@node.example/v2/${SECRET}?key=${SECRET}`), "https://node.example/***");
  assert.equal(redactUrl(`not a url ${SECRET}`), "***");
  checked(
    fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
      const { protocol, host, pathname, search, hash } = new URL(url);
      const hidden = pathname.length > 1 || search !== "";
      assert.equal(redactUrl(url), `${protocol}//${host}${hidden ? "/***" : ""}`, hash);
    }),
  );
});
