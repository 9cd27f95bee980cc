import { join } from "node:path";
import { asks } from "../measures/ask.ts";
import { installPeer, peerFolder } from "./prepared.ts";
import type { Subject } from "./subject.ts";

const FOLDER = peerFolder("ponder");
const SCHEMA = "bench";

const one = (credential: string, grantee: string): string =>
  `accessGrant(credential: "${credential}", grantee: "${grantee}", purpose: 1)`;

/** @param tuned see bench/peers/ponder/ponder.config.ts. */
function make(tuned: boolean): Subject {
  return {
    key: tuned ? "ponder-tuned" : "ponder",
    title: `Ponder 0.17.7, ${tuned ? "tuned" : "default"}`,
    prepare: (say) => installPeer("ponder", say),
    async launch({ rpc, ws, databaseUrl, contract, startBlock, pollMs, port }) {
      const ponder = join(FOLDER, "node_modules", "ponder", "dist", "esm", "bin", "ponder.js");
      const options = ["--log-level", "warn", "--log-format", "json"];
      return {
        command: process.execPath,
        args: [ponder, ...options, "start", "--schema", SCHEMA, "-p", String(port), "-H", "127.0.0.1"],
        cwd: FOLDER,
        env: {
          ...{ BENCH_RPC: rpc, BENCH_CONTRACT: contract, BENCH_START_BLOCK: String(startBlock) },
          ...{ BENCH_POLL_MS: String(pollMs), DATABASE_URL: databaseUrl, PONDER_TELEMETRY_DISABLED: "1" },
          ...(ws === undefined ? {} : { BENCH_WS: ws }),
          ...(tuned ? { BENCH_TUNED: "1" } : {}),
        },
      };
    },
    async count(client) {
      const { rows } = await client.query(
        `SELECT (SELECT count(*)::int FROM ${SCHEMA}.grant_event) AS events,
                (SELECT count(*)::int FROM ${SCHEMA}.access_grant) AS grants`,
      );
      return rows[0];
    },
    async visible(client, credential) {
      const text = `SELECT 1 FROM ${SCHEMA}.access_grant WHERE credential = $1`;
      return (await client.query({ name: "visible", text, values: [credential] })).rowCount === 1;
    },
    answers: async ({ port }, credential, grantee) => {
      const said = await asks(`http://127.0.0.1:${port}/graphql`, {
        query: `{ ${one(credential, grantee)} { record } }`,
      });
      return (said as { accessGrant?: { record?: string } | null }).accessGrant?.record !== undefined;
    },
    questions: ({ credential, grantee }) => ({
      point: { path: "/graphql", body: { query: `{ ${one(credential, grantee)} { record } }` } },
      list: {
        path: "/graphql",
        body: {
          query: `{ accessGrants(limit: 100, where: { grantee: "${grantee}" }) {
            items { credential purpose legalBasis seal record }
          } }`,
        },
      },
    }),
    async credentials(client) {
      const { rows } = await client.query(`SELECT credential FROM ${SCHEMA}.access_grant`);
      return rows.map(({ credential }) => credential);
    },
  };
}

export const ponder = make(false);
export const ponderTuned = make(true);
