import { createHash } from "node:crypto";
import { execute, parse } from "graphql";
import type { Context } from "../api/context.ts";
import { schema } from "../api/schema.ts";
import type { WatchedItem } from "../api/watch/watch.ts";
import { BugError } from "../ops/errors.ts";

/** An item of a watch as the message that a receiver is sent. */

export interface Message {
  /** The same however often it is sent, by whatever process: receivers know by it what they have. */
  readonly id: string;
  readonly body: string;
}

/** What a message says of an item, in the words of the API. */
const CONTENT = parse(`
  subscription {
    watch {
      kind cursor chain knownAt
      event {
        id kind chain sequenceNumber blockNumber blockHash blockTime transactionHash logIndex contract
        credential holder { address accountId } grantee { address accountId } issuer { address accountId } purpose purposeName
        legalBasis reason reasonName context finality verification retracted
        record { grantedAt notBefore expiresAt lockedUntil revokedAt retention }
        authority { accountId } hold { until orderRef holdUntil } account { accountId }
      }
      transition {
        kind at credential holder { address accountId } grantee { address accountId } purpose purposeName contract
        cause { id sequenceNumber }
      }
    }
  }`);

/** What the content of a message is read with. */
export type MessageContext = Omit<Context, "reports" | "blocks" | "checks" | "receiptKey">;

export async function messageOf(webhookId: string, item: WatchedItem, context: MessageContext): Promise<Message> {
  const { data, errors } = await execute({ schema, document: CONTENT, rootValue: item, contextValue: context });
  if (errors !== undefined || data == null) throw errors?.[0]?.originalError ?? new BugError("an item has no message");
  const { chainId, position, what, knownAt } = item;
  const place = `${webhookId} ${chainId} ${position.moment} ${position.seq} ${position.ordinal}`;
  return {
    id: `msg_${createHash("sha256").update(place).digest("base64url").slice(0, 32)}`,
    body: JSON.stringify({ type: `grantledger.${what.toLowerCase()}`, timestamp: knownAt, data: data["watch"] }),
  };
}
