import { toCredentialRef } from "../../grants/bytes.ts";
import { readAtLeast } from "../atLeast.ts";
import { builder } from "../builder.ts";
import { consider } from "../consider.ts";
import { decide } from "../decide.ts";
import { momentOf } from "../moment.ts";
import { readCheck } from "../read/check.ts";
import { type Answer, CheckAnswer } from "../types/checkAnswer.ts";
import { anchorArgument, demandArguments, useArgument } from "./demands.ts";
import { toPurpose } from "./filter.ts";
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
      ...useArgument,
      ...demandArguments,
      ...anchorArgument,
    },
    resolve: async (_root, args, context): Promise<Answer> => {
      const { grantee, chain } = args;
      const credential = toCredentialRef(args.credential);
      const purpose = toPurpose(args.purpose);
      const use = args.use ?? "PURPOSE";
      const moment = momentOf(context, args);
      const found = await readAtLeast(
        args.atLeast,
        moment,
        () => readCheck(context.database, { credential, grantee, purpose }, { chainId: chain ?? undefined, moment }),
        (answers) => answers.map((one) => one.chain),
      );
      if (chain != null && found.length === 0) throw unknownChain(chain);
      const chains = consider(context, { credential, moment, demands: args }, found);
      return { outcome: decide(use, chains, args.requireAnchor ?? false), chains, moment, grantee, purpose, use };
    },
  }),
);
