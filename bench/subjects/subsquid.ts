import { installPeer, peerFolder } from "./prepared.ts";
import type { Subject } from "./subject.ts";

/** Subsquid's processor with its TypeORM store. Heads come over whatever transport the node's URL names. */
export const subsquid: Subject = {
  key: "subsquid",
  title: "Subsquid evm-processor 1.27.3",
  without: { takeover: "it keeps no lock: two of them would both write" },
  prepare: (say) => installPeer("subsquid", say),
  async launch({ rpc, ws, databaseUrl, contract, startBlock, pollMs }) {
    return {
      command: process.execPath,
      args: ["main.js"],
      cwd: peerFolder("subsquid"),
      env: {
        ...{ BENCH_RPC: ws ?? rpc, BENCH_CONTRACT: contract, BENCH_START_BLOCK: String(startBlock) },
        ...{ BENCH_POLL_MS: String(pollMs), DB_URL: databaseUrl, SQD_DEBUG: "" },
      },
    };
  },
  async count(client) {
    const { rows } = await client.query(
      `SELECT (SELECT count(*)::int FROM grant_event) AS events, (SELECT count(*)::int FROM access_grant) AS grants`,
    );
    return rows[0];
  },
  async visible(client, credential) {
    const text = "SELECT 1 FROM grant_event WHERE credential = $1";
    return (await client.query({ name: "visible", text, values: [credential] })).rowCount === 1;
  },
  async credentials(client) {
    const { rows } = await client.query("SELECT credential FROM access_grant");
    return rows.map(({ credential }) => credential);
  },
};
