import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { CONTRACT_NAMES } from "../../indexer/config/schema.ts";
import { parseAddress } from "../../indexer/grants/caip.ts";
import { HiddenEventError } from "../../indexer/ledger/changes.ts";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { ChainWriter } from "../../indexer/ledger/writer.ts";
import { credentialEvent, entityEvent, grantEvent } from "../api/suite.ts";
import { address, CONTRACTS, type Gibberish, NOW, TestChain } from "../api/world.ts";
import { connect } from "../support/ledger.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { LINKED } from "../support/reading.ts";

/** A ledger that is told a change whose change before it was kept back: it refuses, and writes nothing. */

let postgres: TestPostgres;
let sql: pg.Client;
let databaseUrl: string;
let chainId = 50_000n;

before(async () => {
  postgres = await startTestPostgres();
  databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  sql = await connect(databaseUrl);
});
after(async () => {
  await sql?.end();
  await postgres?.stop();
});

async function onChain(use: (chain: TestChain) => Promise<void>): Promise<void> {
  const contracts = CONTRACT_NAMES.map((name) => ({
    name,
    address: parseAddress(CONTRACTS[name]),
    startBlock: 0n,
  }));
  const writer = await ChainWriter.open({
    databaseUrl,
    chainId: ++chainId,
    name: "x",
    contracts,
    clock: Date.now,
    reading: LINKED,
  });
  assert.ok(writer);
  try {
    await use(new TestChain(writer));
  } finally {
    await writer.close();
  }
}

const count = async (): Promise<bigint> =>
  (await sql.query("SELECT count(*) AS n FROM event WHERE chain_id = $1", [chainId])).rows[0].n;

const grant = (name: string, sequence: number, fields = {}, more: Record<string, unknown> = {}): Gibberish =>
  grantEvent(name, { record: { sequence, ...fields } }, more);
const anchored = (sequence: number) => credentialEvent("CredentialAnchored", { record: { anchoredAt: 1n, sequence } });
const revoked = (sequence: number) => credentialEvent("CredentialRevoked", { record: { revokedAt: 2n, sequence } });
const entity = (name: string, sequence: number) => entityEvent(name, { sequence });
const GRANTED_AT = NOW - 500n;
const under = (parentGrantedAt: bigint): Gibberish =>
  grantEvent(
    "GrantedOnward",
    { grantee: 3, record: { flags: 8 } },
    { grantor: address(2), parentGrantedAt: parentGrantedAt },
  );
const parent = grantEvent("Granted", { grantee: 2, record: { grantedAt: GRANTED_AT, flags: 4 } });

const KEPT_BACK: Record<string, [known: Gibberish[], told: Gibberish[], says: RegExp]> = {
  "the first change of a grant": [[], [grant("Revoked", 1)], /change 1 of a grant whose change before that is none/],
  "a grant's beginning, later on": [[], [grant("Revoked", 2)], /change 2 of a grant whose change before that is none/],
  "a change of a grant": [
    [grant("Granted", 1)],
    [grant("Held", 3, {}, { authority: address(8), until: 1, orderRef: parent.topics[1], holdUntil: 1 })],
    /change 3 of a grant whose change before that is 1/,
  ],
  "a change within one batch": [
    [],
    [grant("Granted", 1), grant("Granted", 3)],
    /change 3 of a grant whose change before that is 1/,
  ],
  "the beginning of a credential": [[], [revoked(2)], /change 2 of a credential whose change before that is none/],
  "a change of a credential": [[anchored(1)], [revoked(3)], /change 3 of a credential whose change before that is 1/],
  "the registration of an entity": [
    [],
    [entity("EntitySuspended", 1)],
    /change 1 of an entity whose change before that is none/,
  ],
  "a change of an entity": [
    [entity("EntityRegistered", 1)],
    [entity("EntityWithdrawn", 4)],
    /change 4 of an entity whose change before that is 1/,
  ],
  "the grant that another was made under": [[], [under(GRANTED_AT)], /a grant made under one that is not there/],
  "the period that another was made in": [
    [parent],
    [under(GRANTED_AT + 1n)],
    /a grant made under one that is not there/,
  ],
};
for (const [what, [known, told, says]] of Object.entries(KEPT_BACK))
  test(`${what}, kept back, is missed`, () =>
    onChain(async (chain) => {
      await chain.mine(NOW, known);
      await assert.rejects(chain.mine(NOW + 1n, told), (error) => {
        assert.ok(error instanceof HiddenEventError);
        assert.match(error.message, says);
        assert.match(error.message, /transaction 0x[0-9a-f]{64} in block 2 holds/);
        return true;
      });
      assert.equal(await count(), BigInt(known.length));
    }));

const COMPLETE: Record<string, Gibberish[]> = {
  "signatures cancelled before the first grant": [
    grant("SignaturesCancelled", 1, { grantedAt: 0n }),
    grant("Granted", 2),
  ],
  "a credential revoked before it is anchored": [revoked(1), anchored(2)],
  "a grant and another under it": [parent, under(GRANTED_AT)],
};
for (const [what, said] of Object.entries(COMPLETE))
  test(`${what}: nothing is missed, in one batch or one by one`, async () => {
    await onChain((chain) => chain.mine(NOW, said).then(() => {}));
    await onChain(async (chain) => {
      for (const [i, one] of said.entries()) await chain.mine(NOW + BigInt(i), [one]);
      assert.equal(await count(), BigInt(said.length));
    });
  });
