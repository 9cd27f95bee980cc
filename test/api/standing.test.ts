import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ConsideredChain } from "../../indexer/api/considered.ts";
import { decide, type Outcome } from "../../indexer/api/decide.ts";
import { READ_USES, type ReadUse } from "../../indexer/api/grantDecision.ts";
import type { CredentialWorth } from "../../indexer/api/read/credential.ts";
import type { IssuerFacts } from "../../indexer/api/read/issuer.ts";
import { toAddress } from "../../indexer/grants/bytes.ts";
import type { CredentialRecord } from "../../indexer/grants/credentialRecord.ts";
import { CHAIN_HEALTH, type ChainHealth } from "../../indexer/ops/health.ts";
import { on } from "./considered.ts";
import { NOW, record } from "./world.ts";

const twenty = toAddress(new Uint8Array(20));
const BEFORE = NOW - 10n;
const LATER = NOW + 10n;

const GRANTS = {
  absent: [],
  PENDING: [record({ notBefore: NOW + 5n })],
  ACTIVE: [record({ expiresAt: NOW + 100n })],
  RETAINED: [record({ revokedAt: BEFORE, retention: 100n })],
  ENDED: [record({ revokedAt: BEFORE })],
};

const times = (fields: Partial<CredentialRecord>): CredentialRecord => ({
  anchoredAt: NOW - 100n,
  validFrom: 0n,
  validUntil: 0n,
  revokedAt: 0n,
  withdrawnAt: 0n,
  supersededAt: 0n,
  sequence: 1,
  ...fields,
});
const CREDENTIALS = {
  "no registry": undefined,
  unknown: "unknown",
  NOT_ANCHORED: times({ anchoredAt: LATER }),
  VALID: times({ validUntil: NOW + 50n }),
  NOT_YET_VALID: times({ validFrom: LATER }),
  EXPIRED: times({ validUntil: NOW }),
  SUPERSEDED: times({ supersededAt: BEFORE, validUntil: NOW }),
  WITHDRAWN: times({ withdrawnAt: NOW, supersededAt: BEFORE }),
  REVOKED: times({ revokedAt: NOW, withdrawnAt: BEFORE }),
} as const;
const ISSUERS = {
  "no registry": undefined,
  unknown: "unknown",
  institution: { kinds: 6, status: "SUSPENDED" },
  ACTIVE: { kinds: 1, status: "ACTIVE" },
  SUSPENDED: { kinds: 3, status: "SUSPENDED" },
  WITHDRAWN: { kinds: 7, status: "WITHDRAWN" },
} as const;
const HEALTHS = [...CHAIN_HEALTH, "FUTURE"] as const;

/** A chain in words. */
interface Case {
  readonly grant: keyof typeof GRANTS;
  readonly credential: keyof typeof CREDENTIALS;
  readonly issuer: keyof typeof ISSUERS;
  readonly health: (typeof HEALTHS)[number];
}

function chain({ grant, credential, issuer, health }: Case): ConsideredChain {
  const what = CREDENTIALS[credential];
  const who = ISSUERS[issuer];
  const facts = (of: CredentialRecord): CredentialWorth => ({ contract: twenty, record: of, blockNumber: 1n });
  const issued = (of: Pick<IssuerFacts, "kinds" | "status">): IssuerFacts => ({
    ...{ ...of, account: twenty, statusSince: 1n, blockNumber: 1n },
  });
  return on(GRANTS[grant], {
    health: health === "FUTURE" ? "LIVE" : (health as ChainHealth),
    inFuture: health === "FUTURE",
    credentials: what === undefined ? [] : [{ contract: twenty, facts: what === "unknown" ? undefined : facts(what) }],
    issuers: who === undefined ? [] : [{ contract: twenty, facts: who === "unknown" ? undefined : issued(who) }],
  });
}

/** What a chain says that forbids, and in which order it is named. */
const FORBIDS: readonly (readonly [says: (one: Case) => boolean, reason: string])[] = [
  [({ credential }) => credential === "REVOKED", "CREDENTIAL_REVOKED"],
  [({ credential }) => credential === "WITHDRAWN", "CREDENTIAL_WITHDRAWN"],
  [({ credential }) => credential === "SUPERSEDED", "CREDENTIAL_SUPERSEDED"],
  [({ credential }) => credential === "EXPIRED", "CREDENTIAL_EXPIRED"],
  [({ credential }) => credential === "NOT_YET_VALID", "CREDENTIAL_NOT_YET_VALID"],
  [({ issuer }) => issuer === "WITHDRAWN", "ISSUER_WITHDRAWN"],
  [({ issuer }) => issuer === "SUSPENDED", "ISSUER_SUSPENDED"],
];
const DENIED_BY_GRANT = [
  ["RETAINED", "RECORD_KEEPING_ONLY"],
  ["PENDING", "NOT_STARTED"],
  ["ENDED", "REVOKED"],
  ["absent", "NO_GRANT"],
] as const;
const OBSTACLES = [
  ["FUTURE", "AT_IN_FUTURE"],
  ["QUARANTINED", "CHAIN_QUARANTINED"],
  ["BACKFILL", "CHAIN_BEHIND"],
  ["STALE", "CHAIN_STALE"],
  ["RETIRED", "CHAIN_RETIRED"],
] as const;
const LASTING = ["REVOKED", "WITHDRAWN", "SUPERSEDED", "EXPIRED"];

/** The decision restated: a list of everything that speaks, the first of which is heard. */
function expected(use: ReadUse, chains: readonly Case[], requireAnchor: boolean): [string, string] {
  const sees = (one: Case): boolean => one.health === "LIVE";
  const seen = chains.filter(sees);
  const isRetired = (one: Case): boolean => one.health === "RETIRED";
  // A retired chain is expected to say nothing more, unless nothing else is asked.
  const others = chains.filter((one) => !isRetired(one));
  const asked = others.length > 0 ? others : chains;
  const good: Case["grant"][] = use === "PURPOSE" ? ["ACTIVE"] : ["ACTIVE", "RETAINED"];
  const granted = good.find((state) => seen.some(({ grant }) => grant === state));
  const wouldAllow = chains.filter((one) => isRetired(one) && good.includes(one.grant));
  const allSeen = asked.every(sees) && wouldAllow.length === 0;
  if (granted === undefined && allSeen) {
    const [, reason] = DENIED_BY_GRANT.find(([state]) => chains.some(({ grant }) => grant === state)) ?? [
      "",
      "NO_GRANT",
    ];
    return ["DENIED", reason];
  }
  const obstacle = (among: readonly Case[]): [string, string] | undefined => {
    const first = OBSTACLES.find(([health]) => among.some((one) => one.health === health));
    return first && ["INDETERMINATE", first[1]];
  };
  if (use === "PURPOSE") {
    const silent = (of: "credential" | "issuer"): boolean =>
      asked.every((one) => sees(one) || (one.health !== "FUTURE" && one[of] === "no registry"));
    const lasting = chains.filter((one) => isRetired(one) && LASTING.includes(one.credential));
    const speaks = FORBIDS.flatMap(([says, reason]) =>
      seen.some(says) || (reason.startsWith("CREDENTIAL_") && lasting.some(says)) ? [reason] : [],
    );
    if (requireAnchor && silent("credential") && !others.some(({ credential }) => credential === "VALID"))
      speaks.push("CREDENTIAL_NOT_ANCHORED");
    if (requireAnchor && silent("issuer") && !others.some(({ issuer }) => issuer === "ACTIVE"))
      speaks.push("ISSUER_NOT_REGISTERED");
    // The credential is heard before its issuer.
    const heard = speaks.find((reason) => reason.startsWith("CREDENTIAL_")) ?? speaks[0];
    if (heard !== undefined) return ["DENIED", heard];
    const unheard = obstacle(asked.filter((one) => one.credential !== "no registry" || one.issuer !== "no registry"));
    if (granted !== undefined && unheard !== undefined) return unheard;
  }
  if (granted !== undefined) return ["ALLOWED", granted];
  return obstacle([...asked, ...wouldAllow]) ?? ["", ""];
}

const keys = <T extends object>(of: T) => Object.keys(of) as (keyof T)[];
const cases: Case[] = keys(GRANTS).flatMap((grant) =>
  keys(CREDENTIALS).flatMap((credential) =>
    keys(ISSUERS).flatMap((issuer) => HEALTHS.map((health) => ({ grant, credential, issuer, health }))),
  ),
);

function compare(of: readonly Case[]): void {
  const chains = of.map(chain);
  for (const use of READ_USES)
    for (const requireAnchor of [false, true]) {
      const { decision, reason, decidedBy }: Outcome = decide(use, chains, requireAnchor);
      const subject = reason.startsWith("CREDENTIAL_")
        ? "CREDENTIAL"
        : reason.startsWith("ISSUER_")
          ? "ISSUER"
          : "GRANT";
      const want = expected(use, of, requireAnchor);
      if (decision !== want[0] || reason !== want[1])
        assert.deepEqual([decision, reason], want, `${use} ${requireAnchor} ${JSON.stringify(of)}`);
      assert.equal(decidedBy, decision === "INDETERMINATE" ? undefined : subject);
    }
}

describe("standing", () => {
  it("one chain: every grant, credential, issuer, health, use and requirement", () => {
    assert.equal(cases.length, 5 * 9 * 6 * 6);
    for (const one of cases) compare([one]);
  });

  it("two chains: the grant here, and whatever there", () => {
    const here = cases.filter(({ credential, issuer }) => credential === "no registry" && issuer === "no registry");
    for (const first of here) for (const second of cases) compare([first, second]);
  });

  it("two chains that both have registries, in either order", () => {
    const seen = cases.filter(({ grant, health }) => grant === "ACTIVE" && (health === "LIVE" || health === "STALE"));
    for (const first of seen) for (const second of seen) compare([first, second]);
  });

  it("two generations on one chain: what either forbids is forbidden", () => {
    for (const other of keys(CREDENTIALS)) {
      const of = { grant: "ACTIVE", issuer: "no registry", health: "LIVE" } as const;
      const [one, two] = [chain({ ...of, credential: "VALID" }), chain({ ...of, credential: other })];
      const both = { ...one, credentials: [...one.credentials, ...two.credentials] };
      assert.equal(
        decide("PURPOSE", [both]).reason,
        expected(
          "PURPOSE",
          [
            { ...of, credential: "VALID" },
            { ...of, credential: other },
          ],
          false,
        )[1],
      );
    }
  });

  const active = { grant: "ACTIVE", issuer: "ACTIVE", health: "LIVE" } as const;
  it("an answer is valid until the credential or the grant changes by itself, whichever is first", () => {
    for (const [credential, validUntil] of [
      ["VALID", NOW + 50n],
      ["NOT_YET_VALID", LATER],
      ["EXPIRED", NOW + 100n],
      ["REVOKED", NOW + 100n],
      ["NOT_ANCHORED", NOW + 100n],
      ["no registry", NOW + 100n],
    ] as const) {
      assert.equal(decide("PURPOSE", [chain({ ...active, credential })]).validUntil, validUntil, credential);
      assert.equal(decide("RECORD_KEEPING", [chain({ ...active, credential })]).validUntil, NOW + 100n, credential);
    }
    // A suspended issuer: until the credential expires, which is the stronger reason then.
    const suspended = chain({ ...active, issuer: "SUSPENDED", credential: "VALID" });
    assert.equal(decide("PURPOSE", [suspended]).validUntil, NOW + 50n);
    // Where no grant is known to allow, only the credential's own changes count.
    const behind = chain({ ...active, credential: "no registry", issuer: "no registry", health: "BACKFILL" });
    const revoked = chain({ ...active, grant: "absent", credential: "REVOKED" });
    const outcome = decide("PURPOSE", [behind, revoked]);
    assert.deepEqual(
      [outcome.reason, outcome.validUntil, outcome.deciding],
      ["CREDENTIAL_REVOKED", undefined, undefined],
    );
  });

  it("what ended later than the moment asked about is not foreseen", () => {
    const later = times({ revokedAt: LATER, withdrawnAt: LATER, supersededAt: LATER });
    const [one] = [chain({ ...active, credential: "VALID" })];
    const [registry] = one.credentials;
    assert(registry?.facts !== undefined);
    const looked = { ...one, credentials: [{ ...registry, facts: { ...registry.facts, record: later } }] };
    const outcome = decide("PURPOSE", [looked]);
    assert.deepEqual([outcome.decision, outcome.validUntil], ["ALLOWED", NOW + 100n]);
  });
});
