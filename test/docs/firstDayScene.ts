import { credentialEvent, entityEvent } from "../api/suite.ts";
import { address, bytes32, NOW, type Said, SUITE, type World } from "../api/world.ts";

/** What the documents tell of: a bank, its customer's credential, an older one whose grant was ended, a reorg. */

const BANK = 0xb1;
const HOLDER = 0x401d;
const ISSUER = 0x155;
const DAY = 86_400n;
const YEAR = 365n * DAY;

/** Of the values that a reader has to put in. */
export const VALUES = {
  credential: bytes32(0xc1),
  ended: bytes32(0xc2),
  grantee: address(BANK),
  holder: address(HOLDER),
  issuer: address(ISSUER),
} as const;

export async function playFirstDay(world: World): Promise<void> {
  const mainnet = await world.chain(1n, "Mainnet", SUITE);
  const arbitrum = await world.chain(42161n, "Arbitrum", SUITE);
  const granted = (credential: number, more: Partial<Said["record"]>): Said => ({
    credential,
    grantee: BANK,
    holder: HOLDER,
    issuer: ISSUER,
    purpose: 1,
    code: 1,
    record: { retention: 4n * YEAR, ...more },
  });
  await mainnet.mine(NOW - 400n * DAY, [
    entityEvent("EntityRegistered", {
      account: ISSUER,
      kinds: 1,
      lei: "529900T8BM49AURSDO55",
      name: "Verified Persons GmbH",
      sequence: 1,
    }),
    entityEvent("EntityRegistered", { account: BANK, kinds: 2, name: "Bank A", jurisdiction: "LU", sequence: 1 }),
    credentialEvent("CredentialAnchored", {
      credential: 0xc1,
      holder: HOLDER,
      issuer: ISSUER,
      record: { anchoredAt: NOW - 400n * DAY },
    }),
  ]);
  await mainnet.mine(NOW - 300n * DAY, [
    granted(0xc1, { grantedAt: NOW - 300n * DAY, expiresAt: NOW + YEAR }),
    granted(0xc2, { grantedAt: NOW - 300n * DAY }),
  ]);
  await mainnet.mine(NOW - 5n * DAY, [
    {
      ...granted(0xc2, { grantedAt: NOW - 300n * DAY, revokedAt: NOW - 5n * DAY, sequence: 2 }),
      kind: "REVOKED",
      code: 1,
    },
  ]);
  await arbitrum.mine(NOW - 3n * DAY, []);
  // Said on a branch that was dropped: it stays in the trail, retracted.
  await arbitrum.mine(NOW - 2n * DAY, [granted(0xc3, { grantedAt: NOW - 2n * DAY })]);
  await arbitrum.rollback(1n);
  await arbitrum.mine(NOW - 2n * DAY, []);
  await arbitrum.mine(NOW - 10n, [], { safe: 2n, final: 1n });
  await mainnet.mine(NOW - 10n, [], { safe: 3n, final: 2n });
}
