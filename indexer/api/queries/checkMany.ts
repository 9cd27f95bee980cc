import { toCredentialRef } from "../../grants/bytes.ts";
import { readAtLeast } from "../atLeast.ts";
import { builder } from "../builder.ts";
import { consider } from "../consider.ts";
import { decide } from "../decide.ts";
import { badInput } from "../errors.ts";
import { momentOf } from "../moment.ts";
import { readMany } from "../read/many.ts";
import { CheckInput } from "../types/checkInput.ts";
import { CheckManyAnswer } from "../types/checkManyAnswer.ts";
import { anchorArgument, demandArguments } from "./demands.ts";
import { toPurpose } from "./filter.ts";
import { evaluate, unknownChain } from "./present.ts";

const MAX_CHECKS = 1_000;

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
      const { checks, chain } = args;
      if (checks.length > MAX_CHECKS) throw badInput(`checks: expected at most ${MAX_CHECKS}, got ${checks.length}`);
      const pairs = checks.map((one) => ({
        credential: toCredentialRef(one.credential),
        grantee: one.grantee,
        purpose: toPurpose(one.purpose),
      }));
      const moment = momentOf(context, args);
      const found = await readAtLeast(
        args.atLeast,
        moment,
        () => readMany(context.database, pairs, { chainId: chain ?? undefined, moment }),
        ({ chains }) => chains,
      );
      if (chain != null && found.chains.length === 0) throw unknownChain(chain);
      const items = checks.map(({ id, use: wanted }, i) => {
        const { credential, grantee, purpose } = pairs[i] as (typeof pairs)[number];
        const use = wanted ?? "PURPOSE";
        const chains = consider(context, { credential, moment, demands: args }, found.pairs[i]?.chains ?? []);
        const outcome = decide(use, chains, args.requireAnchor ?? false);
        return { id: id ?? String(i), answer: { outcome, chains, moment, grantee, purpose, use } };
      });
      return { items, ...evaluate(context, moment, found.chains) };
    },
  }),
);
