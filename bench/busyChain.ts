import { randomBytes } from "node:crypto";
import type { TestAnvil } from "../test/support/anvil.ts";
import { AccessGrants__factory } from "../typechain-types/factories/AccessGrants__factory.ts";

/** A chain full of grants: `blocks` blocks of `eventsPerBlock` events, in transactions of `eventsPerTransaction`. */
export interface BusyChain {
  readonly blocks: number;
  readonly eventsPerBlock: number;
  readonly eventsPerTransaction: number;
}

/** Above what a grant in a batch costs. A block has room for what its transactions may use, not for what they do use. */
const GAS_PER_GRANT = 50_000;

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
      const requests = Array.from({ length: size.eventsPerTransaction }, () => ({
        issuer,
        seal: `0x${randomBytes(32).toString("hex")}`,
        grantee,
        purpose: 1,
        legalBasis: 3,
        notBefore: 0,
        expiresAt: 0,
        lockedUntil: 0,
        retention: 157_788_000,
        allowOnward: false,
        context: `0x${randomBytes(32).toString("hex")}`,
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
