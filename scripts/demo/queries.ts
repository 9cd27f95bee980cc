import { toHex } from "../../indexer/grants/bytes.ts";
import type { Subject } from "./story/calls.ts";

/** The example queries, each in one line so that it can be copied from a terminal and pasted into GraphiQL. */

export function checkQuery({ credential, grantee, purpose }: Subject): string {
  const question = `credential: "${toHex(credential.ref)}", grantee: "${grantee.account}", purpose: ${purpose}`;
  return `query { check(${question}) { decision state reason explanation validUntil } }`;
}

export const TRAIL_QUERY =
  "query { auditTrail(last: 20) { nodes { kind retracted finality chain blockNumber purposeName reasonName } } }";

export const CHAINS_QUERY = "query { chains { name status headBlock indexedBlock lag events } }";
