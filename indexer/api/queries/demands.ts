import { builder } from "../builder.ts";
import { AtLeast } from "../types/atLeast.ts";
import { Finality } from "../types/finality.ts";
import { ReadUse } from "../types/readUse.ts";
import { KNOWN_AT } from "./knownAtArgument.ts";

/** What every question that is decided can ask for besides: the moment, and how new and final what it rests on must be. */
export const demandArguments = builder.args((t) => ({
  at: t.field({ type: "UnixTime", description: "An earlier moment of the chains; the present without it." }),
  knownAt: t.field({ type: "KnownAt", description: KNOWN_AT }),
  chain: t.field({ type: "ChainId", description: "Only this chain." }),
  atLeast: t.field({ type: AtLeast, description: "A block that must be known." }),
  finality: t.field({
    type: Finality,
    defaultValue: "LATEST",
    description:
      "How final the blocks must be that the answer rests on: what happened in newer ones counts as not happened. The moment is the same.",
  }),
  maxLag: t.field({
    type: "Count",
    description: "How many blocks a chain may be behind its node's head; beyond that no answer rests on it.",
  }),
}));

export const useArgument = builder.args((t) => ({
  use: t.field({ type: ReadUse, defaultValue: "PURPOSE", description: "What it is to be read for." }),
}));

export const anchorArgument = builder.args((t) => ({
  requireAnchor: t.boolean({
    defaultValue: false,
    description:
      "Whether reading for the purpose needs a valid anchor of the credential and an active registered issuer on one of the chains asked.",
  }),
}));
