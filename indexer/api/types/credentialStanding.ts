import { builder } from "../builder.ts";
import { finalityOf } from "../read/chain.ts";
import { readCredential } from "../read/credentials.ts";
import { within } from "../read/grant.ts";
import type { CredentialStanding as Standing } from "../standing.ts";
import { Credential } from "./credential.ts";
import { CredentialStatus } from "./credentialStatus.ts";
import { Finality } from "./finality.ts";

export const CredentialStanding = builder.objectRef<Standing>("CredentialStanding").implement({
  description: "What a credential is worth in one registry, whether or not the registry knows it.",
  fields: (t) => ({
    chain: t.field({ type: "ChainId", description: "The chain.", resolve: ({ on }) => on.chain.chainId }),
    contract: t.field({ type: "Address", description: "The registry.", resolve: ({ contract }) => contract }),
    status: t.field({
      type: CredentialStatus,
      description: "What it is worth at the moment looked at.",
      resolve: ({ status }) => status,
    }),
    credential: t.field({
      type: Credential,
      nullable: true,
      description: "What the registry says about it, null when nothing, or nothing yet.",
      resolve: ({ facts, on, contract }, _args, context) => {
        if (facts === undefined) return null;
        const key = { credential: on.credential, chainId: on.chain.chainId, contract };
        return readCredential(context.database, key, { ...within(on), at: on.at });
      },
    }),
    blockNumber: t.field({
      type: "BlockNumber",
      nullable: true,
      description:
        "Block of the newest statement about it, which may be later than the moment looked at; null without any.",
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
