import assert from "node:assert/strict";
import { AbiCoder, keccak256 } from "ethers";
import type pg from "pg";
import type { SuiteTraffic } from "../api/suiteTraffic.ts";
import type { CredentialRow, EntityRow, GrantRow, Ledger } from "./ledger.ts";

/** Every derived row of a ledger against what the contracts' own views say at the block that the ledger has reached. */

const STATES = ["NONE", "PENDING", "ACTIVE", "RETAINED", "ENDED"];
const STATUSES = ["NOT_ANCHORED", "VALID", "NOT_YET_VALID", "EXPIRED", "SUPERSEDED", "WITHDRAWN", "REVOKED"];
const STANDINGS = ["NONE", "ACTIVE", "SUSPENDED", "WITHDRAWN"];
const ZERO = `0x${"00".repeat(32)}`;
const NOBODY = `0x${"00".repeat(20)}`;
const HELD = 2;

const grantId = (credential: unknown, grantee: unknown, purpose: unknown): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "address", "uint16"], [credential, grantee, purpose]));

/** A word from its fields, the most significant first. */
const packed = (fields: readonly (readonly [bigint | number | null, bigint])[]): string =>
  `0x${fields
    .reduce((word, [value, bits]) => (word << bits) | BigInt(value ?? 0), 0n)
    .toString(16)
    .padStart(64, "0")}`;

/** @returns how many rows were compared. */
export async function assertViews(sql: pg.Client, ledger: Ledger, traffic: SuiteTraffic): Promise<number> {
  const { addresses } = traffic.suite;
  const block = Number(ledger.chain?.indexed_number);
  const time = ledger.chain?.indexed_time ?? 0n;
  const of = <Row extends { contract: string }>(rows: readonly Row[], address: string): Row[] =>
    rows.filter((row) => row.contract === address.toLowerCase());
  const view = (contract: keyof typeof addresses, method: string, values: readonly unknown[]): Promise<unknown> =>
    traffic.view(contract, method, values, block);

  const grants = of(ledger.grants, addresses.AccessGrants);
  const states = await stateInSql(sql, addresses.AccessGrants, time);
  const checkGrant = async (row: GrantRow): Promise<void> => {
    const id = grantId(row.credential, row.grantee, row.purpose);
    const what = `grant ${id} at block ${block}`;
    assert.equal(await view("AccessGrants", "termsOf", [id]), recordOf(row), what);
    assert.equal(STATES[Number(await view("AccessGrants", "stateOf", [id]))], states.get(id), what);
    const holds = (await view("AccessGrants", "holdsOf", [id])) as { until: bigint }[];
    const latest = holds.map(({ until }) => until).reduce((a, b) => (a > b ? a : b), 0n);
    assert.equal(
      (row.flags ?? 0) & HELD && row.hold_until !== null && row.hold_until > time ? row.hold_until : 0n,
      latest,
      what,
    );
    const parent = row.grantor === null ? ZERO : grantId(row.credential, row.grantor, row.purpose);
    assert.equal(await view("AccessGrants", "parentOf", [id]), parent, what);
    const relying = String(await view("AccessGrants", "relyingOf", [id])).toLowerCase();
    assert.equal(relying, relyingOn(row, ledger) ?? NOBODY, what);
  };
  await Promise.all(grants.map(checkGrant));
  // What the ledger has no row of is nothing to the contract either.
  const known = new Set(grants.map((row) => grantId(row.credential, row.grantee, row.purpose)));
  const unknown = traffic.pairs().filter(({ grantId: id }) => !known.has(id));
  await Promise.all(
    unknown.map(async ({ grantId: id }) => assert.equal(await view("AccessGrants", "termsOf", [id]), ZERO, id)),
  );

  const credentials = of(ledger.credentials, addresses.CredentialRegistry);
  const statuses = await statusInSql(sql, addresses.CredentialRegistry, time);
  const checkCredential = async (row: CredentialRow): Promise<void> => {
    const ref = row.credential ?? "";
    const what = `credential ${ref} at block ${block}`;
    const ask = (method: string): Promise<unknown> => view("CredentialRegistry", method, [ref]);
    assert.equal(await ask("recordOf"), credentialRecordOf(row), what);
    assert.equal(STATUSES[Number(await ask("statusOf"))], statuses.get(ref), what);
    assert.equal(await ask("typeOf"), row.credential_type ?? ZERO, what);
    assert.equal(await ask("predecessorOf"), row.replaces ?? ZERO, what);
    assert.equal(await ask("successorOf"), row.superseded_by ?? ZERO, what);
  };
  await Promise.all(credentials.map(checkCredential));
  const unsaid = traffic.credentials().filter(({ ref }) => !statuses.has(ref));
  await Promise.all(
    unsaid.map(async ({ ref }) => assert.equal(await view("CredentialRegistry", "recordOf", [ref]), ZERO, ref)),
  );

  const entities = of(ledger.entities, addresses.EntityRegistry);
  for (const row of entities)
    assert.deepEqual(
      await entityOf(traffic, row.account ?? "", block),
      shownEntity(row),
      `entity ${row.account} at block ${block}`,
    );
  return grants.length + credentials.length + entities.length;
}

/** To whom a grant was passed on in its present period, by the trail. */
function relyingOn(row: GrantRow, { events }: Ledger): string | null | undefined {
  return events.findLast(
    (event) =>
      event.kind === "GRANTED_ONWARD" &&
      event.retracted_at === null &&
      event.contract === row.contract &&
      event.credential === row.credential &&
      event.purpose === row.purpose &&
      event.grantor === row.grantee &&
      event.parent_granted_at === row.granted_at,
  )?.grantee;
}

async function stateInSql(sql: pg.Client, contract: string, time: bigint): Promise<Map<string, string>> {
  const { rows } = await sql.query(
    `SELECT credential, grantee, purpose,
            grant_state(granted_at, not_before, expires_at, locked_until, revoked_at, retention, parent_end, hold_until,
                        $2) AS state
       FROM access_grant WHERE contract = $1`,
    [Buffer.from(contract.slice(2), "hex"), time],
  );
  return new Map(rows.map((row) => [grantId(row.credential, row.grantee, row.purpose), row.state]));
}

async function statusInSql(sql: pg.Client, contract: string, time: bigint): Promise<Map<string, string>> {
  const { rows } = await sql.query(
    `SELECT credential, credential_status(anchored_at, valid_from, valid_until, revoked_at, withdrawn_at, superseded_at,
                                          $2) AS status
       FROM credential WHERE contract = $1`,
    [Buffer.from(contract.slice(2), "hex"), time],
  );
  return new Map(rows.map((row) => [row.credential, row.status]));
}

const recordOf = (row: GrantRow): string =>
  packed([
    [row.granted_at, 40n],
    [row.not_before, 40n],
    [row.expires_at, 40n],
    [row.locked_until, 40n],
    [row.revoked_at, 40n],
    [row.retention, 32n],
    [row.sequence, 16n],
    [row.flags, 8n],
  ]);

const credentialRecordOf = (row: CredentialRow): string =>
  packed([
    [row.anchored_at, 40n],
    [row.valid_from, 40n],
    [row.valid_until, 40n],
    [row.revoked_at, 40n],
    [row.withdrawn_at, 40n],
    [row.superseded_at, 40n],
    [row.sequence, 16n],
  ]);

/** An entity as the registry answers, its texts as bytes: ethers would refuse what is no UTF-8. */
async function entityOf(traffic: SuiteTraffic, account: string, block: number): Promise<unknown> {
  const { provider } = traffic.suite.anvil;
  const call = traffic.transaction({ from: 0, contract: "EntityRegistry", method: "entityOf", values: [account] });
  const answer = await provider.send("eth_call", [call, `0x${block.toString(16)}`]);
  const [[status, registeredAt, statusSince, sequence, [kinds, jurisdiction, lei, name, uri]]] =
    AbiCoder.defaultAbiCoder().decode(
      ["tuple(uint8,uint40,uint40,uint32,tuple(uint8,bytes2,bytes20,bytes,bytes))"],
      answer,
    ) as never as [[bigint, bigint, bigint, bigint, [bigint, string, string, string, string]]];
  return {
    ...{ status: STANDINGS[Number(status)], registeredAt, statusSince, sequence, kinds: Number(kinds) },
    ...{ jurisdiction, lei, name, uri },
  };
}

const shownEntity = (row: EntityRow): unknown => ({
  ...{ status: row.status, registeredAt: row.registered_at, statusSince: row.status_since, sequence: row.sequence },
  ...{ kinds: row.kinds, jurisdiction: row.jurisdiction, lei: row.lei, name: row.name, uri: row.uri },
});
