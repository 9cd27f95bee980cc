import { type Address, type CredentialRef, fromHex, sameBytes, toAddress } from "../../grants/bytes.ts";
import type { Purpose } from "../../grants/ids.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { ChainFindings, Registry } from "../considered.ts";
import type { Database, Statement } from "../database.ts";
import type { Moment } from "../moment.ts";
import { CHAIN_COLUMNS, type ChainRow, toChain } from "./chain.ts";
import { type CredentialWorth, toWorth, WORTH_COLUMNS, type WorthRow } from "./credential.ts";
import { worthBy } from "./credentialTrail.ts";
import { issuersAsOf } from "./entityTrail.ts";
import { GRANT_COLUMNS, type GrantFacts, type GrantRow, grantsAsOf, happened, toGrant } from "./grant.ts";
import { ISSUER_COLUMNS, type IssuerFacts, type IssuerRow, toIssuer } from "./issuer.ts";
import { type Knowledge, knownBy, knownValue, NEWEST } from "./known.ts";

/** Who asks for what. */
export interface CheckQuestion {
  readonly credential: CredentialRef;
  readonly grantee: Address;
  /** Any purpose when undefined. */
  readonly purpose: Purpose | undefined;
  /** Every chain when undefined. */
  readonly chainId: bigint | undefined;
  readonly moment: Pick<Moment, "at" | "known">;
}

/** A chain and what it says about the question. */
export interface ChainAnswer extends ChainFindings {
  readonly chain: ObservedChain;
}

/**
 * Whose standing counts. The reference of a credential is a hash of its issuer, so any row that names the credential, on
 * whatever chain, tells it: the grant at hand if there is one. Without any there is nothing to narrow.
 */
const ISSUER = `COALESCE(g.issuer, (SELECT a.issuer FROM access_grant a WHERE a.credential = $1 LIMIT 1),
                         (SELECT b.issuer FROM credential b WHERE b.credential = $1 LIMIT 1))`;

/** What an answer is made of, wherever it comes from. Several grants or registries of a chain are all their combinations. */
const COLUMNS = `${CHAIN_COLUMNS}, c.contracts AS c_contracts, ${GRANT_COLUMNS}, ${WORTH_COLUMNS}, ${ISSUER_COLUMNS}`;
const ASKED = `
     WHERE $4::bigint IS NULL OR c.chain_id = $4
     ORDER BY c.chain_id, g.purpose, g.contract`;

/**
 * The hot path: one statement, hence one snapshot, in which the grants, the standing and what the ledger knew of each chain
 * belong together. A chain without a grant is a row too, because its health decides whether "no grant" can be said. Each
 * table is reached by its primary key.
 */
const CURRENT: Statement = {
  name: "check",
  text: `
    SELECT ${COLUMNS}
      FROM chain c
      LEFT JOIN access_grant g ON g.chain_id = c.chain_id AND g.credential = $1 AND g.grantee = $2
                              AND ($3::integer IS NULL OR g.purpose = $3) AND g.granted_at > 0
      LEFT JOIN credential k ON k.credential = $1 AND k.chain_id = c.chain_id
      LEFT JOIN entity n ON n.account = ${ISSUER} AND n.chain_id = c.chain_id
     ${ASKED}`,
};

/** The same from the trail: each grant and the issuer's standing as the last event that counts left them. */
const fromTrail = (at: string, knowledge: Knowledge, worth: string, issuer: string): string => `
    ${knowledge.with}SELECT ${COLUMNS}
      FROM ${knowledge.chains} c
      LEFT JOIN LATERAL (${grantsAsOf(
        `(SELECT DISTINCT ON (e.purpose, e.contract) e.*
          FROM event e
         WHERE e.credential = $1 AND e.grantee = $2 AND e.chain_id = c.chain_id
           AND ($3::integer IS NULL OR e.purpose = $3)
           AND ${knowledge.live("e")} AND ${happened("e", at)}
         ORDER BY e.purpose, e.contract, e.seq DESC) g`,
        at,
        knowledge,
      )}) g ON g.granted_at > 0
      LEFT JOIN LATERAL (${worth}) k ON true
      LEFT JOIN LATERAL (${issuersAsOf(issuer, { at, knowledge })}) n ON true
     ${ASKED}`;

/** At an earlier moment of the chains. The row of a credential tells its earlier statuses itself. */
const AS_OF: Statement = {
  name: "check_as_of",
  text: fromTrail(
    "$5",
    NEWEST,
    "SELECT k.* FROM credential k WHERE k.credential = $1 AND k.chain_id = c.chain_id",
    ISSUER,
  ),
};

const BY = knownBy("$6");
/** By what was known at an earlier moment of ours, of the chains' present then or of a moment before that. */
const AS_KNOWN: Statement = {
  name: "check_as_known",
  text: fromTrail(
    "COALESCE($5::bigint, 9223372036854775807)",
    BY,
    worthBy("$1", BY),
    `COALESCE(g.issuer, (SELECT b.issuer FROM event b JOIN ${BY.chains} c ON c.chain_id = b.chain_id
                          WHERE b.credential = $1 AND ${BY.live("b")} LIMIT 1))`,
  ),
};

type Nullable<Row> = { [column in keyof Row]: Row[column] | null };
type Row = ChainRow & { c_contracts: StoredContract[] } & Nullable<GrantRow> & Nullable<WorthRow> & Nullable<IssuerRow>;

/** What is indexed on a chain, as ledger/register.ts writes it. */
interface StoredContract {
  readonly name: string;
  readonly address: string;
}

export async function readCheck(database: Database, question: CheckQuestion): Promise<ChainAnswer[]> {
  const { credential, grantee, purpose, chainId, moment } = question;
  const { at, known } = moment;
  const values = [credential, grantee, purpose ?? null, chainId ?? null];
  const rows =
    known !== undefined
      ? await database.prepared<Row>(AS_KNOWN, [...values, at ?? null, knownValue(known)])
      : at === undefined
        ? await database.prepared<Row>(CURRENT, values)
        : await database.prepared<Row>(AS_OF, [...values, at]);

  const answer: ChainAnswer[] = [];
  for (let from = 0; from < rows.length; ) {
    let to = from;
    while (rows[to]?.c_chain_id === rows[from]?.c_chain_id && to < rows.length) to += 1;
    answer.push(toAnswer(rows.slice(from, to)));
    from = to;
  }
  return answer;
}

/** The rows of one chain, of which there is at least one, taken apart again. */
function toAnswer(rows: readonly Row[]): ChainAnswer {
  const [first] = rows as [Row, ...Row[]];
  const grants: GrantFacts[] = [];
  const credentials: CredentialWorth[] = [];
  const issuers: { contract: Address; facts: IssuerFacts }[] = [];
  for (const row of rows) {
    if (isGrant(row) && !grants.some((one) => one.purpose === row.purpose && sameBytes(one.contract, row.contract)))
      grants.push(toGrant(row.c_chain_id, row));
    if (isCredential(row) && !credentials.some((one) => sameBytes(one.contract, row.k_contract)))
      credentials.push(toWorth(row));
    if (isIssuer(row) && !issuers.some((one) => sameBytes(one.contract, row.n_contract)))
      issuers.push({ contract: toAddress(row.n_contract), facts: toIssuer(row) });
  }
  return {
    chain: toChain(first),
    grants,
    credentials: registries(first, "CredentialRegistry", (contract) =>
      credentials.find((one) => sameBytes(one.contract, contract)),
    ),
    issuers: registries(
      first,
      "EntityRegistry",
      (contract) => issuers.find((one) => sameBytes(one.contract, contract))?.facts,
    ),
  };
}

/** Every registry of the chain, whether it holds something about the question or not. */
function registries<Facts>(
  row: Row,
  name: string,
  find: (contract: Address) => Facts | undefined,
): readonly Registry<Facts>[] {
  const found: Registry<Facts>[] = [];
  for (const stored of row.c_contracts) {
    if (stored.name !== name) continue;
    const contract = toAddress(fromHex(stored.address));
    found.push({ contract, facts: find(contract) });
  }
  return found;
}

/** False for the row that stands for a chain without a grant, a statement about the credential, or the issuer. */
const isGrant = (row: Row): row is Row & GrantRow => row.seq !== null;
const isCredential = (row: Row): row is Row & WorthRow => row.k_contract !== null;
const isIssuer = (row: Row): row is Row & IssuerRow => row.n_account !== null;
