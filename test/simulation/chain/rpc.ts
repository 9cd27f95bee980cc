/** JSON-RPC as it goes over the wire. */

export interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
}

export interface Answer {
  result?: unknown;
  error?: { code: number; message: string };
}

/** A log as nodes show it. */
export interface RpcLog {
  address: string;
  topics: string[];
  data: string;
  blockNumber: string;
  blockHash: string;
  transactionHash: string;
  transactionIndex: string;
  logIndex: string;
  removed: boolean;
}

export interface RpcReceipt {
  logs: RpcLog[];
  [field: string]: unknown;
}

export type RpcBlock = Record<string, unknown> & {
  number: string;
  hash: string;
  parentHash: string;
  logsBloom: string;
};

export const quantity = (value: number | bigint): string => `0x${value.toString(16)}`;
