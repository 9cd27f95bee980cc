import { join } from "node:path";
import { installPeer, peerFolder } from "./prepared.ts";
import type { Subject } from "./subject.ts";

const FOLDER = peerFolder("subsquid");

/**
 * Subsquid's processor with its TypeORM store. A subscription over WebSocket brings it nothing from Anvil (it waited for a
 * minute beside blocks that were mined), so it polls as often as makes sense where others subscribe.
 */
export const subsquid: Subject = {
  key: "subsquid",
  title: "Subsquid evm-processor 1.27.3",
  without: { takeover: "it keeps no lock: two of them would both write" },
  fastHeads: { pollMs: 10 },
  prepare: (say) => installPeer("subsquid", say),
  async launch({ rpc, databaseUrl, contract, startBlock, pollMs }) {
    return {
      command: process.execPath,
      args: ["main.js"],
      cwd: FOLDER,
      env: {
        ...{ BENCH_RPC: rpc, BENCH_CONTRACT: contract, BENCH_START_BLOCK: String(startBlock) },
        ...{ BENCH_POLL_MS: String(pollMs), DB_URL: databaseUrl, SQD_DEBUG: "" },
      },
    };
  },
  launchApi({ databaseUrl, port }) {
    const openreader = join(FOLDER, "node_modules", "@subsquid", "openreader", "bin", "main.js");
    const args = [openreader, "--schema", join(FOLDER, "schema.graphql"), "--db-url", databaseUrl, "-p", String(port)];
    return { command: process.execPath, args, cwd: FOLDER };
  },
  questions: ({ credential, grantee }) => ({
    point: {
      path: "/graphql",
      body: { query: `{ accessGrantById(id: "${credential}-${grantee}-1") { record } }` },
    },
    list: {
      path: "/graphql",
      body: {
        query: `{ accessGrants(limit: 100, where: { grantee_eq: "${grantee}" }) {
          credential purpose legalBasis seal record
        } }`,
      },
    },
  }),
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
