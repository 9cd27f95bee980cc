import type { Bundle } from "./bundle.ts";

/** What a node of the auditor's choice says of the block. */
export interface NodeAnswer {
  readonly confirmed: readonly string[];
  readonly contradictions: readonly string[];
}

const TIMEOUT_MS = 20_000;

/** @throws Error when the node does not say. */
export async function askNode(url: string, { chain, block, claims }: Bundle): Promise<NodeAnswer> {
  const confirmed: string[] = [];
  const against: string[] = [];
  const chainId = BigInt(text(await call(url, "eth_chainId", [])));
  const sameChain = `eip155:${chainId}` === chain;
  if (sameChain) confirmed.push(`it serves ${chain}`);
  else against.push(`the node serves eip155:${chainId}, not ${chain}`);
  const found = await call(url, "eth_getBlockByNumber", [`0x${BigInt(block.number).toString(16)}`, false]);
  const { hash, transactions } = (found ?? {}) as { hash?: unknown; transactions?: unknown };
  if (hash !== block.hash) {
    against.push(`the node's block ${block.number} is ${found === null ? "not there" : hash}, not ${block.hash}`);
    return { confirmed, contradictions: against };
  }
  confirmed.push(`block ${block.number} of its chain is ${block.hash}`);
  const finalized = (await call(url, "eth_getBlockByNumber", ["finalized", false]).catch(() => null)) as {
    number?: unknown;
  } | null;
  if (typeof finalized?.number === "string" && BigInt(finalized.number) >= BigInt(block.number))
    confirmed.push(`that block is final: the newest final one is ${BigInt(finalized.number)}`);
  if (Array.isArray(transactions) && transactions.includes(claims.transactionHash))
    confirmed.push(`transaction ${claims.transactionHash} is in that block`);
  return { confirmed, contradictions: against };
}

async function call(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: "error",
  });
  const { result, error } = (await response.json()) as { result?: unknown; error?: { message?: unknown } };
  if (error !== undefined || result === undefined) throw new Error(`the node refused ${method}: ${error?.message}`);
  return result;
}

function text(value: unknown): string {
  if (typeof value !== "string" || !/^0x[0-9a-f]{1,16}$/i.test(value)) throw new Error("the node names no chain id");
  return value;
}
