import { toCredentialRef } from "../../grants/bytes.ts";
import { type Answer, askMany, MAX_CHECKS } from "../ask.ts";
import { builder } from "../builder.ts";
import { CheckInput } from "../types/checkInput.ts";
import { CheckManyAnswer } from "../types/checkManyAnswer.ts";
import { anchorArgument, demandArguments } from "./demands.ts";
import { toPurpose } from "./filter.ts";
import { evaluate } from "./present.ts";

builder.queryField("checkMany", (t) =>
  t.field({
    type: CheckManyAnswer,
    description: `Up to ${MAX_CHECKS} checks at once, from one snapshot: each as \`check\` would answer it at that moment.`,
    args: {
      checks: t.arg({ type: [CheckInput], required: true, description: "The questions." }),
      ...demandArguments,
      ...anchorArgument,
    },
    resolve: async (_root, args, context) => {
      const questions = args.checks.map(({ credential, grantee, purpose, use }) => ({
        credential: toCredentialRef(credential),
        grantee,
        purpose: toPurpose(purpose),
        use: use ?? ("PURPOSE" as const),
      }));
      const { answers, moment, chains } = await askMany(context, questions, args);
      const items = args.checks.map(({ id }, i) => ({ id: id ?? String(i), answer: answers[i] as Answer }));
      return { items, ...evaluate(context, moment, chains) };
    },
  }),
);
