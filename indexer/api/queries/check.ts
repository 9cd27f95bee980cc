import { toCredentialRef } from "../../grants/bytes.ts";
import { askCheck } from "../ask.ts";
import { builder } from "../builder.ts";
import { CheckAnswer } from "../types/checkAnswer.ts";
import { anchorArgument, demandArguments, useArgument } from "./demands.ts";
import { toPurpose } from "./filter.ts";

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
    resolve: (_root, args, context) =>
      askCheck(
        context,
        {
          credential: toCredentialRef(args.credential),
          grantee: args.grantee,
          purpose: toPurpose(args.purpose),
          use: args.use ?? "PURPOSE",
        },
        args,
      ),
  }),
);
