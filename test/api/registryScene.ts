import { credentialEvent, entityEvent } from "./suite.ts";
import { NOW, SUITE, type World } from "./world.ts";

/** Names that no registry should be given, and might be. */
export const HOSTILE = {
  nul: Buffer.from("A\0B\u0001"),
  broken: Buffer.from([0xff, 0xfe, 0x41, 0xc3, 0x28, 0xed, 0xa0, 0x80]),
  marked: Buffer.from([0xef, 0xbb, 0xbf, 0x58]),
  overridden: Buffer.from("\u202egpj.exe <script>'\";--"),
};

const LEI = "529900T8BM49AURSDO55";

/** Two chains with credentials in every status and entities of every kind, some of them with hostile names. */
export async function playRegistries(world: World): Promise<void> {
  const one = await world.chain(1n, "One", SUITE);
  const two = await world.chain(2n, "Two", SUITE);
  const entity = (account: number, more: object = {}) =>
    entityEvent("EntityRegistered", { account, sequence: 1, ...more });
  await one.mine(NOW - 900n, [
    entity(0xe1, { kinds: 1, lei: LEI, name: "Fractal", uri: "https://example.org" }),
    entity(0xe2, { kinds: 6, jurisdiction: "LU", name: HOSTILE.nul }),
    entity(0xe3, { kinds: 4, jurisdiction: "LU", name: HOSTILE.broken, uri: HOSTILE.overridden }),
    entity(0xe4, { kinds: 3, name: HOSTILE.marked }),
  ]);
  await two.mine(NOW - 900n, [entity(0xe1, { kinds: 1, lei: LEI, name: "Fractal" }), entity(0xe5, { kinds: 7 })]);
  await one.mine(NOW - 500n, [
    entityEvent("EntitySuspended", { account: 0xe1, reason: 3, sequence: 2 }),
    entityEvent("EntityWithdrawn", { account: 0xe2, reason: 7, sequence: 2 }),
    entityEvent("EntityAmended", {
      account: 0xe4,
      kinds: 2,
      jurisdiction: "FR",
      name: "Renamed",
      uri: "urn:x",
      sequence: 2,
    }),
  ]);

  const anchored = { anchoredAt: NOW - 800n };
  const of = (credential: number) => ({ credential, holder: 0x400 + (credential % 2), issuer: 0xe1 });
  const anchor = (credential: number, more: object = {}, replaces = 0) =>
    credentialEvent("CredentialAnchored", {
      ...of(credential),
      type: 0x70 + (credential % 2),
      replaces,
      record: { ...anchored, ...more },
    });
  await one.mine(NOW - 800n, [
    anchor(1),
    anchor(2, {}, 1),
    credentialEvent("CredentialSuperseded", {
      ...of(1),
      supersededBy: 2,
      record: { ...anchored, supersededAt: NOW - 800n, sequence: 2 },
    }),
    anchor(3, { validUntil: NOW - 300n }),
    anchor(4, { validFrom: NOW + 300n }),
    credentialEvent("CredentialRevoked", { ...of(5), reason: 1, record: { revokedAt: NOW - 800n } }),
  ]);
  await two.mine(NOW - 700n, [anchor(1, { anchoredAt: NOW - 700n })]);
  await one.mine(NOW - 400n, [
    credentialEvent("CredentialWithdrawn", {
      ...of(2),
      reason: 4,
      record: { ...anchored, withdrawnAt: NOW - 400n, sequence: 2 },
    }),
    anchor(6, { anchoredAt: NOW - 400n }, 2),
    credentialEvent("CredentialSuperseded", {
      ...of(2),
      supersededBy: 6,
      record: { ...anchored, withdrawnAt: NOW - 400n, supersededAt: NOW - 400n, sequence: 3 },
    }),
  ]);
  await two.mine(NOW - 100n, []);
}
