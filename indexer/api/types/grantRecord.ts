import {
  type GrantRecord as Fields,
  FLAG_GRANTED_ONWARD,
  FLAG_HELD,
  FLAG_MAY_GRANT_ONWARD,
  FLAG_RELEASED,
  packRecord,
} from "../../grants/record.ts";
import { builder } from "../builder.ts";

const unlessZero = (value: bigint): bigint | null => (value === 0n ? null : value);

export const GrantRecord = builder.objectRef<Fields>("GrantRecord").implement({
  description: "The terms of a grant, as its contract stores them in one word.",
  fields: (t) => ({
    grantedAt: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When the current period was granted.",
      resolve: (record) => unlessZero(record.grantedAt),
    }),
    notBefore: t.field({
      type: "UnixTime",
      description: "When reading may begin.",
      resolve: (record) => record.notBefore,
    }),
    expiresAt: t.field({
      type: "UnixTime",
      nullable: true,
      description: "The agreed end; null when none is agreed.",
      resolve: (record) => unlessZero(record.expiresAt),
    }),
    lockedUntil: t.field({
      type: "UnixTime",
      nullable: true,
      description: "Record keeping is promised at least until then; null when nothing is promised.",
      resolve: (record) => unlessZero(record.lockedUntil),
    }),
    revokedAt: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When it was ended by an act, of the holder or the grantee; null when it was not.",
      resolve: (record) => unlessZero(record.revokedAt),
    }),
    retention: t.field({
      type: "Seconds",
      description: "How long records are kept after the active end.",
      resolve: (record) => record.retention,
    }),
    sequence: t.int({
      description: "Counts the changes of this grant from 1. From event to event it rises by one.",
      resolve: (record) => record.sequence,
    }),
    released: t.boolean({
      description: "Whether the grantee gave the access up.",
      resolve: (record) => (record.flags & FLAG_RELEASED) !== 0,
    }),
    held: t.boolean({
      description: "Whether legal holds were placed in this period; they may be over since.",
      resolve: (record) => (record.flags & FLAG_HELD) !== 0,
    }),
    mayGrantOnward: t.boolean({
      description: "Whether the holder allowed the grantee to grant onward.",
      resolve: (record) => (record.flags & FLAG_MAY_GRANT_ONWARD) !== 0,
    }),
    grantedOnward: t.boolean({
      description: "Whether another grantee granted it, under a grant of its own.",
      resolve: (record) => (record.flags & FLAG_GRANTED_ONWARD) !== 0,
    }),
    word: t.field({
      type: "Bytes32",
      description: "All of it as the 32 bytes in storage, in events and in `termsOf` of the contract.",
      resolve: (record) => packRecord(record),
    }),
  }),
});
