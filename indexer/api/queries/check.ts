import { toCredentialRef } from "../../grants/bytes.ts";
import { chainHealth } from "../../ops/health.ts";
import { builder } from "../builder.ts";
import type { ConsideredChain } from "../considered.ts";
import { decide } from "../decide.ts";
import { momentOf, nowOf } from "../moment.ts";
import { presentTime } from "../read/chain.ts";
import { readCheck } from "../read/check.ts";
import { type Answer, CheckAnswer } from "../types/checkAnswer.ts";
import { ReadUse } from "../types/readUse.ts";
import { toPurpose } from "./filter.ts";
import { KNOWN_AT } from "./knownAtArgument.ts";
import { unknownChain } from "./present.ts";

builder.queryField("check", (t) =>
  t.field({
    type: CheckAnswer,
    description:
      "May this grantee read this credential? Asks every chain, or one, now or at an earlier moment, for grants and, where registries are indexed, for the standing of the credential and its issuer. Only ALLOWED allows.",
    args: {
      credential: t.arg({ type: "Bytes32", required: true, description: "The credential." }),
      grantee: t.arg({ type: "Address", required: true, description: "Who wants to read." }),
      purpose: t.arg.int({
        description: "Purpose code, see docs/CODES.md. Any purpose's grant may decide without it.",
      }),
      use: t.arg({ type: ReadUse, defaultValue: "PURPOSE", description: "What it is to be read for." }),
      at: t.arg({ type: "UnixTime", description: "An earlier moment of the chains; the present without it." }),
      knownAt: t.arg({ type: "KnownAt", description: KNOWN_AT }),
      chain: t.arg({ type: "ChainId", description: "Only this chain." }),
      requireAnchor: t.arg.boolean({
        defaultValue: false,
        description:
          "Whether reading for the purpose needs a valid anchor of the credential and an active registered issuer on one of the chains asked.",
      }),
    },
    resolve: async (_root, args, context): Promise<Answer> => {
      const { credential, grantee, chain } = args;
      const moment = momentOf(context, args);
      const { at } = moment;
      const purpose = toPurpose(args.purpose);
      const use = args.use ?? "PURPOSE";
      const question = {
        credential: toCredentialRef(credential),
        grantee,
        purpose,
        chainId: chain ?? undefined,
        moment,
      };
      const found = await readCheck(context.database, question);
      if (chain != null && found.length === 0) throw unknownChain(chain);
      const now = nowOf(moment);
      const chains = found.map((one): ConsideredChain => {
        const present = presentTime(one.chain, now);
        return {
          ...one,
          credential: question.credential,
          health: chainHealth(one.chain, moment.clock, context.maxStalenessSeconds),
          at: at ?? present,
          inFuture: at !== undefined && at > present,
          moment,
        };
      });
      return {
        outcome: decide(use, chains, args.requireAnchor ?? false),
        chains,
        moment,
        grantee,
        purpose,
        use,
      };
    },
  }),
);
