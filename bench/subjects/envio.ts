import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { databaseParts, installPeer, peerFolder } from "./prepared.ts";
import type { Run, Subject } from "./subject.ts";

/**
 * Envio HyperIndex over RPC, without Hasura (which is a server of its own, and not on npm) and so without an API. Its
 * generator compiles ReScript and wants to install packages with pnpm; both are done from what npm installed instead.
 */
const FOLDER = peerFolder("envio");
const GENERATED = join(FOLDER, "generated");
const COMPILED = join(GENERATED, "src", "Index.res.mjs");
const CONFIG = join(GENERATED, "internal.config.json");
const run = promisify(execFile);
const DUMMY = { BENCH_START_BLOCK: "0", BENCH_RPC: "http://127.0.0.1:1", BENCH_POLL_MS: "100" };

export const envio: Subject = {
  key: "envio",
  title: "Envio HyperIndex 3.0.0-alpha.21",
  without: { takeover: "it keeps no lock: two of them would both write" },
  async prepare(say) {
    // What is compiled lies in part among the packages.
    const installed = await installPeer("envio", say);
    if (!installed && existsSync(COMPILED)) return;
    say("generating and compiling Envio's indexer (once)");
    await generate();
  },
  async launch(options) {
    await configure(options);
    const { host, port, user, password, name } = databaseParts(options.databaseUrl);
    return {
      command: process.execPath,
      args: [COMPILED, "--tui-off"],
      cwd: FOLDER,
      env: {
        ...{ ENVIO_PG_HOST: host, ENVIO_PG_PORT: port, ENVIO_PG_USER: user, ENVIO_PG_PASSWORD: password },
        ...{ ENVIO_PG_DATABASE: name, ENVIO_HASURA: "false", TUI_OFF: "true", LOG_LEVEL: "warn" },
        ENVIO_INDEXER_PORT: String(options.port),
      },
    };
  },
  async count(client) {
    const { rows } = await client.query(
      `SELECT (SELECT count(*)::int FROM "GrantEvent") AS events, (SELECT count(*)::int FROM "AccessGrant") AS grants`,
    );
    return rows[0];
  },
  async visible(client, credential) {
    const text = `SELECT 1 FROM "GrantEvent" WHERE credential = $1`;
    return (await client.query({ name: "visible", text, values: [credential] })).rowCount === 1;
  },
  async credentials(client) {
    const { rows } = await client.query(`SELECT credential FROM "AccessGrant"`);
    return rows.map(({ credential }) => credential);
  },
};

async function generate(): Promise<void> {
  await rm(GENERATED, { recursive: true, force: true });
  const stub = await mkdtemp(join(tmpdir(), "grantledger-bench-pnpm-"));
  try {
    await writeFile(join(stub, "pnpm"), "#!/bin/sh\nexit 0\n");
    await chmod(join(stub, "pnpm"), 0o755);
    const path = `${stub}${delimiter}${process.env["PATH"] ?? ""}`;
    const env = { ...process.env, ...DUMMY, BENCH_CONTRACT: `0x${"1".repeat(40)}`, PATH: path };
    const options = { cwd: FOLDER, env, timeout: 120_000, maxBuffer: 1 << 24 };
    await run(process.execPath, [join(FOLDER, "node_modules", "envio", "bin.mjs"), "codegen"], options);
    const rescript = join(FOLDER, "node_modules", "rescript", "rescript");
    await run(process.execPath, [rescript, "build", "-with-deps"], { ...options, cwd: GENERATED, timeout: 600_000 });
  } finally {
    await rm(stub, { recursive: true, force: true });
  }
}

/** What its generator would have written for this node. */
async function configure({ rpc, ws, contract, startBlock, pollMs }: Run): Promise<void> {
  const config = JSON.parse(await readFile(CONFIG, "utf8"));
  const chain = config.evm.chains["31337"];
  chain.startBlock = startBlock;
  chain.rpcs = [{ url: rpc, for: "sync", pollingInterval: pollMs, ...(ws === undefined ? {} : { ws }) }];
  chain.contracts.AccessGrants.addresses = [contract.toLowerCase()];
  await writeFile(CONFIG, JSON.stringify(config, null, 2));
}
