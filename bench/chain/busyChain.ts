import { createHash } from "node:crypto";
import type { TestAnvil } from "../../test/support/anvil.ts";
import { AccessGrants__factory } from "../../typechain-types/factories/AccessGrants__factory.ts";

/** A chain full of grants: `blocks` blocks of `eventsPerBlock` events, in transactions of `eventsPerTransaction`. */
export interface BusyChain {
  readonly blocks: number;
  readonly eventsPerBlock: number;
  readonly eventsPerTransaction: number;
}

/** Above what a grant in a batch costs. A block has room for what its transactions may use, not for what they do use. */
const GAS_PER_GRANT = 50_000;

/** The `i`-th value of a kind: the same in every chain, so that a run can be repeated on the same bytes. */
const drawn = (kind: "seal" | "context", i: number): string =>
  `0x${createHash("sha256").update(`${kind} ${i}`).digest("hex")}`;

/** Mines the blocks; the node must not mine by itself. */
export async function fillChain(
  anvil: TestAnvil,
  contract: string,
  size: BusyChain,
  onProgress: (block: number) => void,
): Promise<void> {
  const gas = `0x${(50_000 + GAS_PER_GRANT * size.eventsPerTransaction).toString(16)}`;
  const abi = AccessGrants__factory.createInterface();
  const accounts = await anvil.send<string[]>("eth_accounts");
  const [issuer, grantee, ...holders] = accounts as [string, string, ...string[]];
  for (let block = 0; block < size.blocks; block++) {
    const sent: Promise<unknown>[] = [];
    for (let i = 0; i < size.eventsPerBlock; i += size.eventsPerTransaction) {
      const requests = Array.from({ length: size.eventsPerTransaction }, (_, j) => ({
        issuer,
        seal: drawn("seal", block * size.eventsPerBlock + i + j),
        grantee,
        purpose: 1,
        legalBasis: 3,
        notBefore: 0,
        expiresAt: 0,
        lockedUntil: 0,
        retention: 157_788_000,
        allowOnward: false,
        context: drawn("context", block * size.eventsPerBlock + i + j),
      }));
      const from = holders[(i / size.eventsPerTransaction) % holders.length];
      const data = abi.encodeFunctionData("grantBatch", [requests]);
      sent.push(anvil.send("eth_sendTransaction", { from, to: contract, data, gas }));
    }
    await Promise.all(sent);
    await anvil.send("evm_mine");
    onProgress(block + 1);
  }
}
