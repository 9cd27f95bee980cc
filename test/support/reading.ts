import type { ReadingMode } from "../../indexer/config/reading.ts";

/** How tests have a chain read. Anvil's blocks are Ethereum's. */
export const LINKED: ReadingMode = { verification: "LINKED", encoding: "ethereum", trustBlooms: true };
export const VERIFIED: ReadingMode = { ...LINKED, verification: "VERIFIED" };
export const RANGED: ReadingMode = { ...LINKED, verification: "RANGED" };
