import { bytes32, NOW, type Said, type World } from "./world.ts";

/** Two chains with a little of everything: grants, ends, gibberish, and a reorg that dropped a release. */
export async function playScene(world: World): Promise<void> {
  const one = await world.chain(1n);
  const two = await world.chain(2n);
  const some: Said[] = [1, 2, 3].flatMap((credential) =>
    [11, 12].map((grantee) => ({
      credential,
      grantee,
      holder: 0x400 + credential,
      issuer: 0x500 + grantee,
      purpose: credential,
      record: { expiresAt: grantee === 12 && credential > 1 ? NOW - 200n : 0n },
    })),
  );
  await one.mine(NOW - 900n, some);
  await two.mine(NOW - 900n, some.slice(0, 3));
  await one.mine(NOW - 400n, [
    { ...some[0], kind: "REVOKED", code: 2, record: { revokedAt: NOW - 400n, retention: 1000n, sequence: 2 } },
    { topics: [], data: "0x" },
    { topics: [bytes32(7), bytes32(8)], data: "0xdeadbeef00" },
  ]);
  await one.mine(NOW - 50n, [
    { ...some[1], kind: "RELEASED", record: { revokedAt: NOW - 50n, flags: 1, sequence: 2 } },
  ]);
  await one.rollback(2n);
  await one.mine(NOW - 49n, [{ credential: 9, record: {} }], { safe: 2n, final: 1n });
}
