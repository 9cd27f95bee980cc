import { builder } from "../builder.ts";
import { finalityOf } from "../read/chain.ts";
import type { IssuerStanding as Standing } from "../standing.ts";
import { Account } from "./account.ts";
import { Finality } from "./finality.ts";
import { IssuerStatus } from "./issuerStatus.ts";

export const IssuerStanding = builder.objectRef<Standing>("IssuerStanding").implement({
  description: "What the issuer of a credential is worth in one registry, whether or not it is registered there.",
  fields: (t) => ({
    chain: t.field({ type: "ChainId", description: "The chain.", resolve: ({ on }) => on.chain.chainId }),
    contract: t.field({ type: "Address", description: "The registry.", resolve: ({ contract }) => contract }),
    status: t.field({
      type: IssuerStatus,
      description: "What it is worth at the moment looked at.",
      resolve: ({ status }) => status,
    }),
    account: t.field({
      type: Account,
      nullable: true,
      description: "The issuer; null when the registry does not know it. `entity` says who that is.",
      resolve: ({ facts, on }) => (facts === undefined ? null : { chainId: on.chain.chainId, address: facts.account }),
    }),
    since: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When the registry gave it its present status; null when the registry does not know it.",
      resolve: ({ facts }) => facts?.statusSince ?? null,
    }),
    blockNumber: t.field({
      type: "BlockNumber",
      nullable: true,
      description: "Block of the newest event about it, at an earlier moment of the newest change of its status.",
      resolve: ({ facts }) => facts?.blockNumber ?? null,
    }),
    finality: t.field({
      type: Finality,
      nullable: true,
      description: "How final that block is.",
      resolve: ({ facts, on }) => (facts === undefined ? null : finalityOf(on.chain, facts.blockNumber)),
    }),
  }),
});
