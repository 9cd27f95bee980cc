import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { request } from "undici";
import { toHex, toSeal } from "../indexer/grants/bytes.ts";
import { parseAddress } from "../indexer/grants/caip.ts";
import { credentialRef } from "../indexer/grants/ids.ts";
import type { TestAnvil } from "../test/support/anvil.ts";
import { AccessGrants__factory } from "../typechain-types/factories/AccessGrants__factory.ts";

/** Milliseconds from a mined block to the moment a GraphQL check says ALLOWED because of it, for each of `samples`. */
export async function measureLatency(
  anvil: TestAnvil,
  contract: string,
  api: string,
  samples: number,
): Promise<number[]> {
  const abi = AccessGrants__factory.createInterface();
  const [issuer, grantee, holder] = (await anvil.send<string[]>("eth_accounts")) as [string, string, string];
  const measured: number[] = [];
  for (let i = 0; i < samples; i++) {
    const seal = toSeal(randomBytes(32));
    const times = { notBefore: 0, expiresAt: 0, lockedUntil: 0, retention: 0 };
    const terms = { ...times, allowOnward: false, context: toHex(randomBytes(32)) };
    const grant = { issuer, seal: toHex(seal), grantee, purpose: 1, legalBasis: 1, ...terms };
    const data = abi.encodeFunctionData("grant", [grant]);
    await anvil.send("eth_sendTransaction", { from: holder, to: contract, data, gas: "0x30d40" });
    const credential = toHex(credentialRef(parseAddress(holder), parseAddress(issuer), seal));
    // At another moment of the poll interval each time.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
    await anvil.send("evm_mine");
    const mined = performance.now();
    while ((await ask(api, credential, grantee)) !== "ALLOWED") {
      if (performance.now() - mined > 20_000) throw new Error("a grant did not become visible within 20 s");
    }
    measured.push(performance.now() - mined);
  }
  return measured;
}

export const checkQuery = (credential: string, grantee: string): string =>
  JSON.stringify({
    query: "query ($c: Bytes32!, $g: Address!) { check(credential: $c, grantee: $g, purpose: 1) { decision state } }",
    variables: { c: credential, g: grantee },
  });

async function ask(api: string, credential: string, grantee: string): Promise<string | undefined> {
  const { body } = await request(api, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: checkQuery(credential, grantee),
  });
  const answer = (await body.json()) as { data?: { check?: { decision?: string } } };
  return answer.data?.check?.decision;
}

/** @param p 0…1 */
export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}
