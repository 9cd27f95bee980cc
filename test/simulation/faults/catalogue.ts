import { BLOCK_FAULTS } from "./blocks.ts";
import type { FaultClass, Mode } from "./fault.ts";
import { LOG_FAULTS } from "./logs.ts";
import { TRANSPORT_FAULTS } from "./transport.ts";

/** Every way in which a node of a world can be wrong. */
export const FAULTS = { ...LOG_FAULTS, ...BLOCK_FAULTS, ...TRANSPORT_FAULTS } satisfies Record<string, FaultClass>;
export type FaultName = keyof typeof FAULTS;

const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** Those that an indexer in this mode has to see through. */
export const faultsFor = (mode: Mode): readonly FaultName[] =>
  FAULT_NAMES.filter((name) => mode === "VERIFIED" || FAULTS[name].seenThroughBy === "LINKED");
