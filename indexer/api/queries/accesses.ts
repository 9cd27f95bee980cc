import { toCredentialRef } from "../../grants/bytes.ts";
import { type Answer, answerBy, type Demand } from "../ask.ts";
import { readAtLeast } from "../atLeast.ts";
import { builder } from "../builder.ts";
import type { Context } from "../context.ts";
import { badCursor } from "../errors.ts";
import type { ReadUse } from "../grantDecision.ts";
import { type AccessKeyKind, decodeAccessKey } from "../key.ts";
import { momentOf } from "../moment.ts";
import { type PageArguments, readPage, toWindow } from "../page.ts";
import { AccessList, type AccessQuestion } from "../read/accesses.ts";
import { Access } from "../types/access.ts";
import { AccessConnection } from "../types/accessConnection.ts";
import { isComplete } from "./complete.ts";
import { anchorArgument, demandArguments, useArgument } from "./demands.ts";
import { toPurpose } from "./filter.ts";
import { settingOf } from "./present.ts";

interface Given extends PageArguments, Demand {
  readonly purpose?: number | null | undefined;
  readonly use?: ReadUse | null | undefined;
}

async function answer(
  context: Context,
  kind: AccessKeyKind,
  of: Pick<AccessQuestion, "credential" | "grantee">,
  args: Given,
) {
  const { chain } = args;
  const use = args.use ?? "PURPOSE";
  const moment = momentOf(context, args);
  const window = toWindow(args, (cursor) => {
    const key = decodeAccessKey(kind, cursor);
    if (key === undefined) throw badCursor("the cursor is not one of this list");
    return key;
  });
  const question: AccessQuestion = {
    ...{ ...of, use, purpose: toPurpose(args.purpose), chainId: chain ?? undefined, demands: args },
    maxStalenessSeconds: context.maxStalenessSeconds,
  };
  const list = new AccessList(
    context.database,
    question,
    moment,
    ({ pair, chains }): Answer => answerBy(context, { ...pair, use }, args, moment, chains),
  );
  const page = await readAtLeast(
    args.atLeast,
    moment,
    () => readPage(list, window),
    ({ chains }) => chains,
  );
  const setting = settingOf(context, moment, page.chains, chain);
  const complete = isComplete(context, moment, page.chains, args);
  return { ...page, ...setting, complete };
}

const purposeArgument = builder.args((t) => ({
  purpose: t.int({ description: "Only for this purpose code; for any without it, each by itself." }),
}));

builder.queryField("whoCanRead", (t) =>
  t.connection(
    {
      type: Access,
      description:
        "Who can read a credential, for each purpose: everybody whom `check` does not deny and who has a grant that allows the use on some chain. Ordered by grantee and purpose.",
      args: {
        credential: t.arg({ type: "Bytes32", required: true, description: "The credential." }),
        ...purposeArgument,
        ...useArgument,
        ...demandArguments,
        ...anchorArgument,
      },
      resolve: (_root, args, context) =>
        answer(context, "readerCursor", { credential: toCredentialRef(args.credential), grantee: undefined }, args),
    },
    AccessConnection,
  ),
);

builder.queryField("readableBy", (t) =>
  t.connection(
    {
      type: Access,
      description:
        "What a grantee can read, for each purpose: every credential that `check` does not deny it and for which it has a grant that allows the use on some chain. Ordered by credential and purpose.",
      args: {
        grantee: t.arg({ type: "Address", required: true, description: "Who reads." }),
        ...purposeArgument,
        ...useArgument,
        ...demandArguments,
        ...anchorArgument,
      },
      resolve: (_root, args, context) =>
        answer(context, "readableCursor", { credential: undefined, grantee: args.grantee }, args),
    },
    AccessConnection,
  ),
);
