import { envio } from "./envio.ts";
import { grantledger } from "./grantledger.ts";
import { ponder, ponderTuned } from "./ponder.ts";
import type { Subject } from "./subject.ts";
import { subsquid } from "./subsquid.ts";

/** Ours, by how far each takes the node's word. The first is what the others are compared with. */
export const OURS: Readonly<Record<string, Subject>> = {
  linked: grantledger("LINKED"),
  verified: grantledger("VERIFIED"),
  ranged: grantledger("RANGED"),
};

export const PEERS: Readonly<Record<string, Subject>> = {
  envio,
  subsquid,
  ponder,
  "ponder-tuned": ponderTuned,
};
