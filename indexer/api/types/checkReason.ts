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
    PARENT_ENDED: {
      description:
        "DENIED: it was granted onward, the grant of the one who did has ended, and the time of record keeping is over.",
    },
    NO_GRANT: { description: "DENIED: it was never granted." },
    CREDENTIAL_REVOKED: { description: "DENIED for the purpose: the issuer took the credential back." },
    CREDENTIAL_WITHDRAWN: { description: "DENIED for the purpose: the holder took the credential back." },
    CREDENTIAL_SUPERSEDED: { description: "DENIED for the purpose: the issuer replaced it by a newer version." },
    CREDENTIAL_EXPIRED: { description: "DENIED for the purpose: the validity that the issuer stated is over." },
    CREDENTIAL_NOT_YET_VALID: {
      description: "DENIED for the purpose: the validity that the issuer stated is still to begin.",
    },
    CREDENTIAL_NOT_ANCHORED: {
      description: "DENIED for the purpose, with `requireAnchor` only: the credential is VALID in no registry asked.",
    },
    ISSUER_WITHDRAWN: { description: "DENIED for the purpose: the registration of the issuer was withdrawn." },
    ISSUER_SUSPENDED: { description: "DENIED for the purpose: the issuer is suspended." },
    ISSUER_NOT_REGISTERED: {
      description:
        "DENIED for the purpose, with `requireAnchor` only: the issuer is an active issuer in no registry asked.",
    },
    CHAIN_BEHIND: { description: "INDETERMINATE: the history of a chain is still being read." },
    CHAIN_NOT_FINAL: { description: "INDETERMINATE: no block of a chain is yet as final as `finality` asks for." },
    CHAIN_LAGS: { description: "INDETERMINATE: a chain is more blocks behind its node than `maxLag` allows." },
    CHAIN_STALE: { description: "INDETERMINATE: a chain's node has not confirmed its head for too long." },
    CHAIN_QUARANTINED: { description: "INDETERMINATE: a chain contradicted itself and waits for the operator." },
    CHAIN_RETIRED: {
      description:
        "INDETERMINATE: a grant would allow, on a chain that is no longer followed; or no other chain is asked.",
    },
    AT_IN_FUTURE: { description: "INDETERMINATE: the moment asked about is still to come." },
    NO_CHAIN: { description: "INDETERMINATE: no chain is indexed yet." },
  },
} as const);
