import { builder } from "../builder.ts";

export const CheckReason = builder.enumType("CheckReason", {
  description: "Why a check was answered as it was. Stable: programs may decide by it.",
  values: {
    ACTIVE: { description: "ALLOWED: a grant is active." },
    RETAINED: { description: "ALLOWED for record keeping: the grant has ended, its records are still kept." },
    RECORD_KEEPING_ONLY: {
      description: "DENIED for the purpose: the grant has ended, only record keeping is allowed.",
    },
    NOT_STARTED: { description: "DENIED: the grant begins later." },
    EXPIRED: { description: "DENIED: the agreed end has come, and the time of record keeping is over." },
    REVOKED: { description: "DENIED: the holder ended the grant, and the time of record keeping is over." },
    RELEASED: { description: "DENIED: the grantee gave the access up." },
    REVOKED_BEFORE_START: { description: "DENIED: the holder ended the grant before it began." },
    NO_GRANT: { description: "DENIED: it was never granted." },
    CHAIN_BEHIND: { description: "INDETERMINATE: the history of a chain is still being read." },
    CHAIN_STALE: { description: "INDETERMINATE: a chain's node has not confirmed its head for too long." },
    CHAIN_QUARANTINED: { description: "INDETERMINATE: a chain contradicted itself and waits for the operator." },
    AT_IN_FUTURE: { description: "INDETERMINATE: the moment asked about is still to come." },
    NO_CHAIN: { description: "INDETERMINATE: no chain is indexed yet." },
  },
} as const);
