import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import type { Bundle } from "../evidence/bundle.ts";
import type { Address, Bytes32 } from "../grants/bytes.ts";
import type { UnixTime } from "../grants/record.ts";
import type { Context } from "./context.ts";
import { badInput } from "./errors.ts";
import { type KeyKind, kindOf } from "./key.ts";
import type { KnownAt } from "./knownAt.ts";
import { DEFAULT_PAGE, MAX_PAGE } from "./page.ts";
import type { Setting } from "./queries/present.ts";

/** An account and the chain it is named on. */
export interface AccountRef {
  readonly chainId: bigint;
  readonly address: Address;
}

interface Scalar<Input, Output = Input> {
  Input: Input;
  Output: Output;
}

/** Which type a node id is of, by the kind of its key. */
const NODE_TYPES: Partial<Record<KeyKind, string>> = {
  grantId: "Grant",
  eventId: "Event",
  chainId: "Chain",
  credentialId: "Credential",
  entityId: "Entity",
};

function decodeNodeId(id: string): { typename: string; id: string } {
  const kind = kindOf(id);
  const typename = kind && NODE_TYPES[kind];
  if (typename === undefined) throw badInput("id: expected an id that this API gave out");
  return { typename, id };
}

const FIRST = `How many from the beginning, at most ${MAX_PAGE}; ${DEFAULT_PAGE} when neither \`first\` nor \`last\` is given.`;

export const builder = new SchemaBuilder<{
  DefaultFieldNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
  Context: Context;
  Connection: Setting;
  Scalars: {
    ID: Scalar<string>;
    AccountId: Scalar<AccountRef>;
    Address: Scalar<Address>;
    BlockNumber: Scalar<bigint>;
    Bytes: Scalar<Uint8Array>;
    Bytes32: Scalar<Bytes32, Uint8Array>;
    ChainId: Scalar<bigint>;
    Count: Scalar<bigint>;
    EvidenceBundle: Scalar<Bundle>;
    KnownAt: Scalar<KnownAt>;
    Seconds: Scalar<bigint>;
    Timestamp: Scalar<string>;
    UnixTime: Scalar<UnixTime>;
  };
}>({
  plugins: [RelayPlugin],
  defaultFieldNullability: false,
  relay: {
    cursorType: "String",
    // Ids carry their type already, see key.ts.
    encodeGlobalID: (_typename, id) => String(id),
    decodeGlobalID: decodeNodeId,
    brandLoadedObjects: true,
    nodesOnConnection: { description: "The items of the page, where their cursors are not needed." },
    nodeTypeOptions: { description: "Something with an id that can be asked for again (Relay)." },
    idFieldOptions: { description: "Opaque and stable; `node(id:)` finds it again." },
    nodeQueryOptions: {
      description: "Anything by its id; null when there is none.",
      args: { id: { description: "An id that this API gave out." } },
    },
    nodesQueryOptions: false,
    pageInfoTypeOptions: { description: "Where a page lies in its list (Relay)." },
    hasNextPageFieldOptions: { description: "Whether items follow the page." },
    hasPreviousPageFieldOptions: { description: "Whether items precede the page." },
    startCursorFieldOptions: { description: "Cursor of the first item; null when the page is empty." },
    endCursorFieldOptions: { description: "Cursor of the last item; null when the page is empty." },
    pageInfoFieldOptions: { description: "Where the page lies in the list." },
    cursorFieldOptions: { description: "Opaque place of the item, for `after` and `before`." },
    nodeFieldOptions: { description: "The item.", nullable: false },
    edgesFieldOptions: {
      description: "The items of the page with their cursors.",
      nullable: { list: false, items: false },
    },
    firstArgOptions: { description: FIRST },
    lastArgOptions: { description: `How many from the end, at most ${MAX_PAGE}; not together with \`first\`.` },
    afterArgOptions: { description: "Only items after this cursor of the same kind of list." },
    beforeArgOptions: { description: "Only items before this cursor of the same kind of list." },
  },
});

builder.queryType({
  description: "Everything that can be asked. Nothing can be changed: the chains are written to, not this API.",
});
