import { builder } from "../builder.ts";
import { rfc3339 } from "../knownAt.ts";
import type { LoggedQuery as Logged } from "../read/queryLog.ts";
import { ApiRole } from "./apiRole.ts";
import { SeenChain } from "./seenChain.ts";

export const LoggedQuery = builder.objectRef<Logged>("LoggedQuery").implement({
  description: "A question that was asked with a key, recorded before it was answered.",
  fields: (t) => ({
    askedAt: t.field({
      type: "Timestamp",
      description: "When it came.",
      resolve: ({ askedAtMicros }) => rfc3339(askedAtMicros),
    }),
    key: t.int({ description: "With which key.", resolve: ({ keyId }) => keyId }),
    name: t.string({ description: "Whose key it is.", resolve: ({ keyName }) => keyName }),
    role: t.field({ type: ApiRole, description: "What its owner may ask.", resolve: ({ role }) => role }),
    account: t.field({
      type: "Address",
      nullable: true,
      description: "The institution's account; null of other keys.",
      resolve: ({ account }) => account,
    }),
    request: t.string({
      description: "Method and target of the HTTP request. Of a GET the target holds the query.",
      resolve: ({ request }) => request,
    }),
    body: t.string({
      nullable: true,
      description: "What was sent, as text; null where nothing was.",
      resolve: ({ body }) => body?.toString("utf8") ?? null,
    }),
    status: t.int({
      nullable: true,
      description:
        "HTTP status of the answer: 403 where the key is not for it, 5xx where it is to be asked again, else 200 or, where it was not understood, 400; null where it was recorded before it was answered.",
      resolve: ({ status }) => status,
    }),
    chains: t.field({
      type: [SeenChain],
      description: "What the answer was read from; nothing where nothing was read.",
      resolve: ({ seen }) => seen,
    }),
    knownAt: t.field({
      type: "KnownAt",
      description:
        "Given as `knownAt` of the same question, has the answer again; of several in one request the newest.",
      resolve: ({ askedAtMicros, seen }) => ({
        clock: Number(askedAtMicros) / 1000,
        of: new Map(seen.map(({ chainId, knownAt }) => [chainId, knownAt])),
      }),
    }),
  }),
});
