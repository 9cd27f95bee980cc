import { type Address, fromHex, sameBytes, toAddress } from "../../grants/bytes.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { ChainFindings, Registry } from "../considered.ts";
import { CHAIN_COLUMNS, type ChainRow, toChain } from "./chain.ts";
import { type CredentialWorth, toWorth, WORTH_KINDS, type WorthRow } from "./credential.ts";
import { GRANT_KINDS, type GrantFacts, type GrantRow, toGrant } from "./grant.ts";
import { ISSUER_KINDS, type IssuerFacts, type IssuerRow, toIssuer } from "./issuer.ts";
import { type Kinds, prefixed } from "./packed.ts";
import type { PairSql, Sources } from "./sources.ts";

/** What chains say about a pair: the statement's columns and joins, and its rows taken apart again. */

/** A chain and what it says about the question. */
export interface ChainAnswer extends ChainFindings {
  readonly chain: ObservedChain;
}

/** Of the chain itself. */
export const CHAIN_FACTS = `${CHAIN_COLUMNS}, c.contracts AS c_contracts`;
/** Of what it says. Where it has several grants or registries, its rows are all their combinations, few as they are. */
export const FACTS_KINDS: Kinds<FactsRow> = { ...GRANT_KINDS, ...WORTH_KINDS, ...ISSUER_KINDS };
export const factOf = (name: string): string => (name in GRANT_KINDS ? `g.${name}` : prefixed(name));

/** A chain without a grant is a row too, because its health decides whether "no grant" can be said. */
export const joinFacts = (pair: PairSql, { grants, worth, issuers, issuerOf }: Sources): string => `
      ${grants(pair)}
      LEFT JOIN LATERAL (${worth(pair.credential)}) k ON true
      LEFT JOIN LATERAL (${issuers(`COALESCE(g.issuer, ${issuerOf(pair.credential)})`)}) n ON true`;

type Nullable<Row> = { [column in keyof Row]: Row[column] | null };
export type FactsRow = Nullable<GrantRow> & Nullable<WorthRow> & Nullable<IssuerRow>;
export type ChainFactsRow = ChainRow & { readonly c_contracts: readonly StoredContract[] };

/** What is indexed on a chain, as ledger/register.ts writes it. */
interface StoredContract {
  readonly name: string;
  readonly address: string;
}

/** A chain, and its registries. */
export interface ChainFacts {
  readonly chain: ObservedChain;
  readonly credentialRegistries: readonly Address[];
  readonly entityRegistries: readonly Address[];
}

export function toChainFacts(row: ChainFactsRow): ChainFacts {
  const registries = (name: string): Address[] =>
    row.c_contracts.filter((stored) => stored.name === name).map(({ address }) => toAddress(fromHex(address)));
  return {
    chain: toChain(row),
    credentialRegistries: registries("CredentialRegistry"),
    entityRegistries: registries("EntityRegistry"),
  };
}

/** The rows of one chain about one pair. Every registry is there, whether it holds something about the pair or not. */
export function toAnswer(
  { chain, credentialRegistries, entityRegistries }: ChainFacts,
  rows: readonly FactsRow[],
): ChainAnswer {
  const grants: GrantFacts[] = [];
  const credentials: CredentialWorth[] = [];
  const issuers: { contract: Address; facts: IssuerFacts }[] = [];
  for (const row of rows) {
    if (isGrant(row) && !grants.some((one) => one.purpose === row.purpose && sameBytes(one.contract, row.contract)))
      grants.push(toGrant(chain.chainId, row));
    if (isCredential(row) && !credentials.some((one) => sameBytes(one.contract, row.k_contract)))
      credentials.push(toWorth(row));
    if (isIssuer(row) && !issuers.some((one) => sameBytes(one.contract, row.n_contract)))
      issuers.push({ contract: toAddress(row.n_contract), facts: toIssuer(row) });
  }
  return {
    chain,
    grants,
    credentials: credentialRegistries.map((contract): Registry<CredentialWorth> => {
      return { contract, facts: credentials.find((one) => sameBytes(one.contract, contract)) };
    }),
    issuers: entityRegistries.map((contract): Registry<IssuerFacts> => {
      return { contract, facts: issuers.find((one) => sameBytes(one.contract, contract))?.facts };
    }),
  };
}

/** False for the row that stands for a chain without a grant, a statement about the credential, or the issuer. */
const isGrant = (row: FactsRow): row is FactsRow & GrantRow => row.seq !== null;
const isCredential = (row: FactsRow): row is FactsRow & WorthRow => row.k_contract !== null;
const isIssuer = (row: FactsRow): row is FactsRow & IssuerRow => row.n_account !== null;
