import type { Verification } from "../../indexer/config/reading.ts";
import { toHex } from "../../indexer/grants/bytes.ts";
import { BENCH_CHAIN_ID } from "../chain/chainId.ts";
import { asksCheck, checkQuery, listQuery } from "../measures/ask.ts";
import { serving } from "./serving.ts";
import type { Subject } from "./subject.ts";

const bytes = (hex: string): Buffer => Buffer.from(hex.slice(2), "hex");

/** Ours, as an operator runs it: one process that indexes and serves. @param verification how far it checks the node. */
export const grantledger = (verification: Verification): Subject => ({
  key: verification === "LINKED" ? "grantledger" : `grantledger-${verification.toLowerCase()}`,
  title: `Grantledger, ${verification.toLowerCase()}`,
  async launch({ rpc, ws, databaseUrl, contract, startBlock, pollMs, port }) {
    const endpoints = [ws ?? rpc];
    // By another name the same node, in place of the second endpoint that is compared with the first.
    if (verification === "RANGED") endpoints.push(rpc.replace("127.0.0.1", "localhost"));
    const chain = { chainId: BENCH_CHAIN_ID, rpc: endpoints, contract, startBlock, pollMs, verification };
    return serving({ databaseUrl, chains: [chain], port });
  },
  async count(client) {
    const { rows } = await client.query(
      `SELECT (SELECT count(*)::int FROM event WHERE retracted_at IS NULL) AS events,
              (SELECT count(*)::int FROM access_grant) AS grants`,
    );
    return rows[0];
  },
  async visible(client, credential) {
    const { rowCount } = await client.query({
      name: "visible",
      text: `SELECT 1 FROM access_grant g JOIN chain c ON c.chain_id = g.chain_id AND c.status = 'LIVE'
              WHERE g.credential = $1`,
      values: [bytes(credential)],
    });
    return rowCount === 1;
  },
  answers: ({ port }, credential, grantee) => asksCheck(`http://127.0.0.1:${port}/graphql`, credential, grantee),
  questions: ({ credential, grantee }) => ({
    point: { path: "/graphql", body: checkQuery(credential, grantee) },
    list: { path: "/graphql", body: listQuery(grantee) },
  }),
  async credentials(client) {
    const { rows } = await client.query("SELECT credential FROM access_grant");
    return rows.map(({ credential }) => toHex(credential));
  },
});
