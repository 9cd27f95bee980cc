import { fromHex, toHex } from "../../grants/bytes.ts";
import { badCursor } from "../errors.ts";
import { decodeGrantKey, encodeGrantKey } from "../key.ts";
import type { PeriodKey } from "./accessRow.ts";
import type { ProcessingKey } from "./processingRow.ts";
import type { RetentionKey } from "./retentionRow.ts";

/** Places in reports as opaque text, and back. Each place has one text, and whatever is none is refused. */
export interface Cursor<Key> {
  encode(key: Key): string;
  /** @throws GraphQLError BAD_CURSOR for what this report did not give out. */
  decode(text: string): Key;
}

const MAX_INT64 = 2n ** 63n - 1n;
const MAX_INT32 = 2 ** 31 - 1;

function cursor<Key>(encode: (key: Key) => string, parts: RegExp, toKey: (parts: string[]) => Key | undefined) {
  return {
    encode,
    decode: (text: string): Key => {
      const [, ...found] = (text.length <= 256 && parts.exec(text)) || [];
      const key = found.length === 0 ? undefined : toKey(found);
      if (key === undefined || encode(key) !== text) throw badCursor("the cursor is not one of this report");
      return key;
    },
  };
}

const small = (text: string | undefined): number | undefined =>
  text === undefined || Number(text) > MAX_INT32 ? undefined : Number(text);

export const PERIOD_CURSOR: Cursor<PeriodKey> = cursor(
  ({ grant, index }) => `${encodeGrantKey("grantCursor", grant)}.${index}`,
  /^([\w-]+)\.([0-9]{1,10})$/,
  ([text = "", count]) => {
    const [grant, index] = [decodeGrantKey("grantCursor", text), small(count)];
    return grant === undefined || index === undefined ? undefined : { grant, index };
  },
);

export const RETENTION_CURSOR: Cursor<RetentionKey> = cursor(
  ({ ends, grant, what }) => `${encodeGrantKey("grantCursor", grant)}.${ends}.${what}`,
  /^([\w-]+)\.([0-9]{1,19})\.([01])$/,
  ([text = "", time = "", place]) => {
    const [grant, ends] = [decodeGrantKey("grantCursor", text), BigInt(time)];
    return grant === undefined || ends > MAX_INT64 ? undefined : { grant, ends, what: Number(place) };
  },
);

export const PROCESSING_CURSOR: Cursor<ProcessingKey> = cursor(
  ({ purpose, legal_basis, credential_type, recipient_account }) =>
    `${purpose}.${legal_basis}.${toHex(credential_type)}.${toHex(recipient_account)}`,
  /^([0-9]{1,10})\.([0-9]{1,10})\.(0x(?:[0-9a-f]{64})?)\.(0x(?:[0-9a-f]{40})?)$/,
  ([first, second, type = "", account = ""]) => {
    const [purpose, legal_basis] = [small(first), small(second)];
    if (purpose === undefined || legal_basis === undefined) return undefined;
    const bytes = (text: string): Buffer => Buffer.from(fromHex(text));
    return { purpose, legal_basis, credential_type: bytes(type), recipient_account: bytes(account) };
  },
);
