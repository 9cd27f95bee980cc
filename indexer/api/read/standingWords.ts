import type { CredentialWord, IssuerChange, StandingWords } from "../../grants/accessPeriods.ts";
import { type Address, type CredentialRef, toAddress, toCredentialRef, toHex } from "../../grants/bytes.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { Database } from "../database.ts";
import type { Moment } from "../moment.ts";
import { toWorth, WORTH_PACKING } from "./credential.ts";
import { worthBy } from "./credentialTrail.ts";
import { issuerChangesBy } from "./entityTrail.ts";
import { Conditions } from "./keyset.ts";
import { knowledgeOf } from "./listed.ts";

/** What the registries of all chains said about credentials and their issuers, for every moment up to what was known. */

interface CredentialWordRow {
  q_credential: Buffer;
  c_chain_id: bigint;
  worth: string;
}

export async function readCredentialWords(
  database: Database,
  credentials: readonly CredentialRef[],
  moment: Moment,
  chains: readonly ObservedChain[],
): Promise<(credential: CredentialRef) => readonly CredentialWord[]> {
  const conditions = new Conditions();
  const knowledge = knowledgeOf(conditions, moment);
  const distinct = [...new Map(credentials.map((one) => [toHex(one), one])).values()];
  const rows = await database.query<CredentialWordRow>(
    `${knowledge.with}SELECT q.credential AS q_credential, c.chain_id AS c_chain_id, ${WORTH_PACKING.sql} AS worth
       FROM unnest(${conditions.value(distinct)}::bytea[]) AS q (credential) CROSS JOIN ${knowledge.chains} c
       CROSS JOIN LATERAL (${worthBy("q.credential", knowledge)}) k`,
    conditions.values,
  );
  const found = new Map<string, CredentialWord[]>();
  for (const row of rows) {
    const name = toHex(toCredentialRef(row.q_credential));
    const words = found.get(name) ?? [];
    words.push({
      record: toWorth(WORTH_PACKING.read(row.worth)).record,
      lastingOnly: isRetired(chains, row.c_chain_id),
    });
    found.set(name, words);
  }
  return (credential) => found.get(toHex(credential)) ?? [];
}

interface IssuerRow {
  account: Buffer;
  chain_id: bigint;
  contract: Buffer;
  block_time: bigint;
  kinds: number | null;
  status: string | null;
}

/** Of chains that are followed; what a retired one says of an issuer may have changed since. */
export async function readIssuerChanges(
  database: Database,
  accounts: readonly Address[],
  moment: Moment,
  chains: readonly ObservedChain[],
): Promise<Map<string, StandingWords["issuers"]>> {
  const conditions = new Conditions();
  const knowledge = knowledgeOf(conditions, moment);
  const rows = await database.query<IssuerRow>(
    `${knowledge.with}${issuerChangesBy(`ANY(${conditions.value(accounts)}::bytea[])`, knowledge)}`,
    conditions.values,
  );
  const registries = new Map<string, Map<string, IssuerChange[]>>(accounts.map((one) => [toHex(one), new Map()]));
  const stands = new Map<string, { kinds: number; status: string }>();
  for (const row of rows) {
    if (isRetired(chains, row.chain_id)) continue;
    const account = toHex(toAddress(row.account));
    const registry = `${row.chain_id} ${row.contract.toString("hex")}`;
    const before = stands.get(`${account} ${registry}`) ?? { kinds: 0, status: "ACTIVE" };
    const now = { kinds: row.kinds ?? before.kinds, status: row.status ?? before.status };
    stands.set(`${account} ${registry}`, now);
    const changes = registries.get(account)?.get(registry) ?? [];
    changes.push({ time: row.block_time, isIssuer: (now.kinds & ISSUER) !== 0, isActive: now.status === "ACTIVE" });
    registries.get(account)?.set(registry, changes);
  }
  return new Map([...registries].map(([account, of]) => [account, [...of.values()]]));
}

/** Bit of an entity's kinds. */
const ISSUER = 1;

const isRetired = (chains: readonly ObservedChain[], chainId: bigint): boolean =>
  chains.find((one) => one.chainId === chainId)?.status === "RETIRED";
