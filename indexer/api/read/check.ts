import type { Address, CredentialRef } from "../../grants/bytes.ts";
import type { Purpose } from "../../grants/ids.ts";
import type { UnixTime } from "../../grants/record.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { Database, Statement } from "../database.ts";
import { CHAIN_COLUMNS, type ChainRow, toChain } from "./chain.ts";
import { EVENT_AS_GRANT_COLUMNS, GRANT_COLUMNS, type GrantFacts, type GrantRow, toGrant } from "./grant.ts";

/** Who asks for what. */
export interface CheckQuestion {
  readonly credential: CredentialRef;
  readonly grantee: Address;
  /** Any purpose when undefined. */
  readonly purpose: Purpose | undefined;
  /** Every chain when undefined. */
  readonly chainId: bigint | undefined;
  /** The present when undefined. */
  readonly at: UnixTime | undefined;
}

/** A chain and the grants on it that the question is about. */
export interface ChainGrants {
  readonly chain: ObservedChain;
  readonly grants: readonly GrantFacts[];
}

/**
 * The hot path: one statement, hence one snapshot, in which the grants and what the ledger knew of each chain belong
 * together. A chain without a grant is a row too, because its health decides whether "no grant" can be said.
 */
const CURRENT: Statement = {
  name: "check",
  text: `
    SELECT ${CHAIN_COLUMNS}, ${GRANT_COLUMNS}
      FROM chain c
      LEFT JOIN access_grant g ON g.chain_id = c.chain_id AND g.credential = $1 AND g.grantee = $2
                              AND ($3::integer IS NULL OR g.purpose = $3)
     WHERE $4::bigint IS NULL OR c.chain_id = $4
     ORDER BY c.chain_id, g.purpose, g.contract`,
};

/** The same from the trail: each grant as its last live event at or before `at` left it. */
const AS_OF: Statement = {
  name: "check_as_of",
  text: `
    SELECT ${CHAIN_COLUMNS}, g.*
      FROM chain c
      LEFT JOIN LATERAL (
        SELECT DISTINCT ON (g.purpose, g.contract) ${EVENT_AS_GRANT_COLUMNS}
          FROM event g
         WHERE g.credential = $1 AND g.grantee = $2 AND g.chain_id = c.chain_id
           AND ($3::integer IS NULL OR g.purpose = $3)
           AND g.retracted_at IS NULL AND g.block_time <= $5
         ORDER BY g.purpose, g.contract, g.seq DESC) g ON true
     WHERE $4::bigint IS NULL OR c.chain_id = $4
     ORDER BY c.chain_id, g.purpose, g.contract`,
};

type Row = ChainRow & { [column in keyof GrantRow]: GrantRow[column] | null };

export async function readCheck(database: Database, question: CheckQuestion): Promise<ChainGrants[]> {
  const { credential, grantee, purpose, chainId, at } = question;
  const values = [credential, grantee, purpose ?? null, chainId ?? null];
  const rows =
    at === undefined
      ? await database.prepared<Row>(CURRENT, values)
      : await database.prepared<Row>(AS_OF, [...values, at]);

  const answer: { chain: ObservedChain; grants: GrantFacts[] }[] = [];
  for (const row of rows) {
    let last = answer.at(-1);
    if (last?.chain.chainId !== row.c_chain_id) {
      last = { chain: toChain(row), grants: [] };
      answer.push(last);
    }
    if (isGrant(row)) last?.grants.push(toGrant(row.c_chain_id, row));
  }
  return answer;
}

/** False for the row that stands for a chain without a grant. */
const isGrant = (row: Row): row is ChainRow & GrantRow => row.seq !== null;
