import { type CredentialRef, toCredentialRef } from "../../grants/bytes.ts";
import { builder } from "../builder.ts";
import { momentOf } from "../moment.ts";
import { readPage, toWindow } from "../page.ts";
import { CredentialList, decodeCredentialCursor, readVersions } from "../read/credentials.ts";
import { Credential } from "../types/credential.ts";
import { CredentialAnswer } from "../types/credentialAnswer.ts";
import { CredentialConnection } from "../types/credentialConnection.ts";
import { CredentialFilter } from "../types/credentialFilter.ts";
import { toFilter } from "./filter.ts";
import { KNOWN_AT } from "./knownAtArgument.ts";
import { latestOf, settingOf } from "./present.ts";

builder.queryField("credentials", (t) =>
  t.connection(
    {
      type: Credential,
      description: "Credentials, each once for every registry that knows it, ordered by reference, chain and contract.",
      args: {
        filter: t.arg({ type: CredentialFilter, description: "Only credentials that all of this is true of." }),
        at: t.arg({ type: "UnixTime", description: "As they were at an earlier moment; the present without it." }),
        knownAt: t.arg({ type: "KnownAt", description: KNOWN_AT }),
      },
      resolve: async (_root, args, context) => {
        const filter = toFilter(args.filter);
        const window = toWindow(args, decodeCredentialCursor);
        const moment = momentOf(context, args);
        const page = await readPage(new CredentialList(context.database, filter, moment), window);
        return { ...page, ...settingOf(context, moment, page.chains, filter.chain) };
      },
    },
    CredentialConnection,
  ),
);

builder.queryField("credential", (t) =>
  t.field({
    type: CredentialAnswer,
    description: "What the registries say about one credential, and which version of it is the latest.",
    args: {
      ref: t.arg({ type: "Bytes32", required: true, description: "Its reference." }),
      at: t.arg({ type: "UnixTime", description: "As it was at an earlier moment; the present without it." }),
      knownAt: t.arg({ type: "KnownAt", description: KNOWN_AT }),
      chain: t.arg({ type: "ChainId", description: "By the registries of this chain only." }),
    },
    resolve: async (_root, args, context) => {
      const credential: CredentialRef = toCredentialRef(args.ref);
      const chain = args.chain ?? undefined;
      const moment = momentOf(context, args);
      const list = new CredentialList(context.database, { credential, chain }, moment);
      const { items: known, chains } = await list.read({ limit: MAX_REGISTRIES, backward: false, inclusive: false });
      const setting = settingOf(context, moment, chains, chain);
      const versions = await readVersions(context.database, {
        ...{ credential, chain, at: moment.at ?? latestOf(setting.evaluatedAt) },
        known: setting.knownAt.of,
      });
      return { credential, known, versions, ...setting };
    },
  }),
);

/** More than all chains and generations together have. */
const MAX_REGISTRIES = 1_000;
