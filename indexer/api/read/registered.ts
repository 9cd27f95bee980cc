import { type Address, toAddress, toHex } from "../../grants/bytes.ts";
import type { Database } from "../database.ts";
import type { Moment } from "../moment.ts";
import { leiText, saidText } from "../saidText.ts";
import { entitiesAsOf } from "./entityTrail.ts";
import { Conditions } from "./keyset.ts";
import { knowledgeOf } from "./listed.ts";

/** Who is behind an address, as a registry states it. */
export interface Registered {
  readonly chainId: bigint;
  readonly name: string;
  readonly jurisdiction: string;
  readonly lei: string | null;
  readonly uri: string;
}

interface Row {
  account: Buffer;
  chain_id: bigint;
  name: Buffer;
  jurisdiction: Buffer;
  lei: Buffer;
  uri: Buffer;
}

/** The registry of the chain that is asked about has the word, else that of the chain with the lowest number. */
export type RegisteredAs = (account: Address | undefined, chainId?: bigint) => Registered | undefined;

/** @param known of earlier calls about the same moment; those that are found now are added. */
export async function readRegistered(
  database: Database,
  accounts: readonly Address[],
  moment: Moment,
  known: Map<string, readonly Registered[]> = new Map(),
): Promise<RegisteredAs> {
  const missing = new Map(accounts.map((one) => [toHex(one), one]));
  for (const account of missing.keys()) if (known.has(account)) missing.delete(account);
  if (missing.size > 0) {
    const conditions = new Conditions();
    const knowledge = knowledgeOf(conditions, moment);
    const at = moment.at === undefined ? undefined : `${conditions.value(moment.at)}::bigint`;
    const wanted = `ANY(${conditions.value([...missing.values()])}::bytea[])`;
    const rows = await database.query<Row>(
      `${knowledge.with}SELECT n.account, n.chain_id, n.name, n.jurisdiction, n.lei, n.uri
         FROM (${entitiesAsOf(wanted, { at, knowledge })}) n ORDER BY n.account, n.chain_id, n.contract DESC`,
      conditions.values,
    );
    const found = new Map<string, Registered[]>([...missing.keys()].map((account) => [account, []]));
    for (const row of rows) found.get(toHex(toAddress(row.account)))?.push(toRegistered(row));
    for (const [account, entities] of found) known.set(account, entities);
  }
  return (account, chainId) => {
    const entities = account === undefined ? [] : (known.get(toHex(account)) ?? []);
    return entities.find((one) => one.chainId === chainId) ?? entities[0];
  };
}

const toRegistered = (row: Row): Registered => ({
  chainId: row.chain_id,
  name: saidText(row.name),
  jurisdiction: saidText(row.jurisdiction),
  lei: leiText(row.lei),
  uri: saidText(row.uri),
});
