/** Of every Anvil of a run. */
export const BENCH_CHAIN_ID = 31337;
