/**
 * How the headers and receipts of a chain are encoded, where that is proven here with blocks of such chains
 * (test/evidence/vectors). Not proven, and so no more than LINKED:
 * - Arbitrum: its own transaction types (0x64 … 0x6a, 0x78); headers carry L1 values in mixHash and extraData.
 * - Polygon PoS: receipts of state syncs are given with the block's but are not in its root.
 * - Gnosis: headers of its first years are sealed otherwise (AuRa); the newer ones should be Ethereum's.
 * - Linea, Scroll, Etherlink: own header fields or transaction types, depending on the time.
 */
export const ENCODINGS = ["ethereum", "op"] as const;
export type Encoding = (typeof ENCODINGS)[number];
