import { createConfig } from "ponder";
import { parseAbi } from "viem";

const { BENCH_RPC, BENCH_WS, BENCH_CONTRACT, BENCH_START_BLOCK, BENCH_POLL_MS, BENCH_TUNED } = process.env;

export default createConfig({
  // Tuned: ranges need no probing, and more connections.
  database: { kind: "postgres", ...(BENCH_TUNED ? { poolConfig: { max: 60 } } : {}) },
  chains: {
    bench: {
      id: 31337,
      rpc: BENCH_RPC,
      ...(BENCH_WS ? { ws: BENCH_WS } : {}),
      pollingInterval: Number(BENCH_POLL_MS),
      ...(BENCH_TUNED ? { ethGetLogsBlockRange: 500, disableCache: true } : {}),
    },
  },
  contracts: {
    AccessGrants: {
      chain: "bench",
      abi: parseAbi([
        "event Granted(bytes32 indexed credential, address indexed holder, address indexed grantee, address issuer, bytes32 seal, uint16 purpose, uint8 legalBasis, bytes32 record, bytes32 context)",
      ]),
      address: BENCH_CONTRACT as `0x${string}`,
      startBlock: Number(BENCH_START_BLOCK),
    },
  },
});
