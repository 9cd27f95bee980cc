import type { Address } from "../../grants/bytes.ts";
import { builder } from "../builder.ts";
import { badInput } from "../errors.ts";
import { momentOf } from "../moment.ts";
import { readPage, toWindow } from "../page.ts";
import { decodeEntityCursor, EntityList, type EntityFilter as Filter } from "../read/entities.ts";
import type { EntityStatus } from "../read/issuer.ts";
import { show } from "../scalars/exact.ts";
import { Entity } from "../types/entity.ts";
import { EntityConnection } from "../types/entityConnection.ts";
import { EntityFilter } from "../types/entityFilter.ts";
import { KNOWN_AT } from "./knownAtArgument.ts";
import { settingOf } from "./present.ts";

interface Given {
  readonly account?: Address | null | undefined;
  readonly contract?: Address | null | undefined;
  readonly chain?: bigint | null | undefined;
  readonly kind?: readonly number[] | null | undefined;
  readonly status?: readonly EntityStatus[] | null | undefined;
  readonly jurisdiction?: string | null | undefined;
  readonly lei?: string | null | undefined;
}

/** @throws GraphQLError BAD_INPUT for a code that no registry accepts. */
function toEntityFilter({ kind, jurisdiction, lei, ...rest }: Given): Filter {
  return {
    ...rest,
    kinds: kind?.reduce((mask, bit) => mask | bit, 0),
    jurisdiction: code("jurisdiction", jurisdiction, /^[A-Z]{2}$/, "two capital letters"),
    lei: code("lei", lei, /^[0-9A-Z]{20}$/, "20 capital letters and digits"),
  };
}

function code(
  name: string,
  given: string | null | undefined,
  pattern: RegExp,
  expected: string,
): Uint8Array | undefined {
  if (given == null) return undefined;
  if (!pattern.test(given)) throw badInput(`${name}: expected ${expected}, got ${show(given)}`);
  return Buffer.from(given, "latin1");
}

builder.queryField("entities", (t) =>
  t.connection(
    {
      type: Entity,
      description: "Legal persons, each once for every registry that knows it, ordered by account, chain and contract.",
      args: {
        filter: t.arg({ type: EntityFilter, description: "Only entities that all of this is true of." }),
        at: t.arg({ type: "UnixTime", description: "As they were at an earlier moment; the present without it." }),
        knownAt: t.arg({ type: "KnownAt", description: KNOWN_AT }),
      },
      resolve: async (_root, args, context) => {
        const filter = toEntityFilter(args.filter ?? {});
        const window = toWindow(args, decodeEntityCursor);
        const moment = momentOf(context, args);
        const page = await readPage(new EntityList(context.database, filter, moment), window);
        return { ...page, ...settingOf(context, moment, page.chains, filter.chain) };
      },
    },
    EntityConnection,
  ),
);

builder.queryField("entity", (t) =>
  t.field({
    type: [Entity],
    description: "Who acts from an address: one for each registry that knows it, none where it is not registered.",
    args: {
      account: t.arg({ type: "Address", required: true, description: "The address." }),
      at: t.arg({ type: "UnixTime", description: "As it was at an earlier moment; the present without it." }),
      knownAt: t.arg({ type: "KnownAt", description: KNOWN_AT }),
      chain: t.arg({ type: "ChainId", description: "By the registries of this chain only." }),
    },
    resolve: async (_root, { account, chain, ...args }, context) => {
      const moment = momentOf(context, args);
      const list = new EntityList(context.database, { account, chain }, moment);
      const { items, chains } = await list.read({ limit: MAX_REGISTRIES, backward: false, inclusive: false });
      settingOf(context, moment, chains, chain);
      return items;
    },
  }),
);

/** More than all chains and generations together have. */
const MAX_REGISTRIES = 1_000;
