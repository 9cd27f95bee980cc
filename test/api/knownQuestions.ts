import type { Random } from "../support/random.ts";
import { CREDENTIALS, ENTITIES, GRANTEES, holderOf, PURPOSES } from "./knownTraffic.ts";
import { address, bytes32 } from "./world.ts";

/** Questions of every kind, drawn at random, which can be asked again with `knownAt`. */

const EVENT = `id kind chain sequenceNumber change blockNumber blockTime reasonName finality verification learnedAt retracted
  retractedAt rawData governance { name status decidedAt } record { word }`;
const PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
const KNOWN = "evaluatedAt { chain status time block blockHash blockTime finality safeBlock finalizedBlock lag }";
const GRANT = `id chain credential grantee { address } purpose legalBasisName context reasonName state evaluatedAt activeEnd
  accessEnd holdUntil grantor { address } parentGrantedAt parentEnd blockNumber finality record { word }`;
const WHOLE_GRANT = `${GRANT} parent { ${GRANT} } onward(first: 3) { nodes { ${GRANT} } ${PAGE} ${KNOWN} }
  history(last: 3) { nodes { ${EVENT} } ${PAGE} ${KNOWN} }`;
const CREDENTIAL = `id chain credential holder { address } issuer { address } type status evaluatedAt anchoredAt validFrom
  validUntil revokedAt withdrawnAt supersededAt supersededBy replaces reasonName blockNumber finality
  history(first: 2) { nodes { ${EVENT} } ${PAGE} }`;
const ENTITY = `id account { accountId } status evaluatedAt kinds name uri jurisdiction registeredAt statusSince sequence
  reasonName blockNumber finality history(last: 2) { nodes { ${EVENT} } ${PAGE} }`;
const CHECK = `decision state reason decidedBy explanation purpose validUntil ${KNOWN} grants { ${WHOLE_GRANT} }
  credentials { chain status blockNumber finality credential { ${CREDENTIAL} } }
  issuers { chain status since blockNumber finality account { address } }`;

/** A field of the query, its arguments but for `knownAt`, and what is asked of it. */
export interface Question {
  readonly field: string;
  readonly args: readonly string[];
  readonly fields: string;
  /** Whether its answer says by what it can be had again. */
  readonly tells: boolean;
}

export const toQuery = ({ field, args, fields, tells }: Question, knownAt?: string): string => {
  const all = knownAt === undefined ? args : [...args, `knownAt: "${knownAt}"`];
  return `{ answer: ${field}${all.length === 0 ? "" : `(${all.join(", ")})`} { ${fields} ${tells ? "knownAt" : ""} } }`;
};

/** @param cursors that earlier pages gave, by field. @param ids of grants that were shown. */
export function anyQuestion(
  random: Random,
  now: bigint,
  cursors: ReadonlyMap<string, string>,
  ids: readonly string[],
): Question {
  const maybe = (chance: number, text: () => string): string[] => (random.chance(chance) ? [text()] : []);
  const credential = (): string => `"${bytes32(random.pick(CREDENTIALS))}"`;
  const grantee = (): string => `"${address(random.pick(GRANTEES))}"`;
  const at = maybe(0.3, () => `at: ${now - BigInt(random.int(400)) + 20n}`);
  const chain = (): string => `chain: "eip155:${1 + random.int(4)}"`;
  const filter = (...parts: string[][]): string[] => {
    const all = parts.flat();
    return all.length === 0 ? [] : [`filter: {${all.join(", ")}}`];
  };
  const page = (field: string): string[] => {
    const cursor = cursors.get(field);
    const forward = random.chance(0.6);
    const count = `${forward ? "first" : "last"}: ${1 + random.int(6)}`;
    return cursor === undefined || random.chance(0.5)
      ? [count]
      : [count, `${forward ? "after" : "before"}: "${cursor}"`];
  };
  const list = (field: string, node: string, ...parts: string[][]): Question => ({
    ...{ field, fields: `edges { cursor } nodes { ${node} } ${PAGE} ${KNOWN}`, tells: true },
    args: [...filter(...parts, maybe(0.2, chain)), ...at, ...page(field)],
  });
  const of = (): string[] => [
    ...maybe(0.6, () => `purpose: ${random.pick(PURPOSES)}`),
    ...[`use: ${random.pick(["PURPOSE", "RECORD_KEEPING"])}`, ...maybe(0.3, chain), ...at],
    ...maybe(0.3, () => "requireAnchor: true"),
    ...maybe(0.2, () => `finality: ${random.pick(["SAFE", "FINALIZED"])}`),
    ...maybe(0.2, () => "maxLag: 1"),
  ];
  const access = `edges { cursor } nodes { credential grantee purpose answer { ${CHECK} } } complete ${PAGE} ${KNOWN}`;
  switch (random.int(14)) {
    case 0:
      return list(
        "grants",
        WHOLE_GRANT,
        maybe(0.4, () => `credential: ${credential()}`),
        maybe(0.4, () => `grantee: ${grantee()}`),
        maybe(0.3, () => `state: [${random.pick(["ACTIVE", "ACTIVE, RETAINED", "ENDED"])}]`),
        maybe(0.2, () => `grantor: ${grantee()}`),
        maybe(0.2, () => `holder: "${address(holderOf(random.pick(CREDENTIALS)))}"`),
      );
    case 1:
      return list(
        "credentials",
        CREDENTIAL,
        maybe(0.4, () => `credential: ${credential()}`),
        maybe(0.3, () => `status: [${random.pick(["VALID", "REVOKED, WITHDRAWN", "NOT_ANCHORED, SUPERSEDED"])}]`),
        maybe(0.2, () => `type: "${bytes32(0x70)}"`),
        maybe(0.2, () => `issuer: "${address(0x151)}"`),
      );
    case 2:
      return list(
        "entities",
        ENTITY,
        maybe(0.3, () => `account: "${address(random.pick(ENTITIES))}"`),
        maybe(0.3, () => `status: ${random.pick(["ACTIVE", "SUSPENDED"])}`),
        maybe(0.3, () => `kind: ${random.pick(["ISSUER", "INSTITUTION"])}`),
        maybe(0.2, () => `jurisdiction: "DE"`),
      );
    case 3:
      return list(
        "auditTrail",
        EVENT,
        maybe(0.4, () => `credential: ${credential()}`),
        maybe(0.4, () => `retracted: ${random.chance(0.5)}`),
        maybe(0.2, () => "kind: [OPERATION_SCHEDULED, HELD, GRANTED]"),
        maybe(0.2, () => `from: ${now - 300n}, to: ${now - 20n}`),
      );
    case 4:
      return {
        ...{ field: "credential", args: [`ref: ${credential()}`, ...at, ...maybe(0.3, chain)], tells: true },
        fields: `status latest versions versionsComplete registries { ${CREDENTIAL} } ${KNOWN}`,
      };
    case 5: {
      const account = `account: "${address(random.pick(ENTITIES))}"`;
      return { field: "entity", args: [account, ...at, ...maybe(0.3, chain)], fields: ENTITY, tells: false };
    }
    case 6:
      return {
        ...{ field: "chains", args: [], tells: false },
        fields: `id chain name status quarantine headBlock headTime indexedBlock indexedHash indexedTime safeBlock finalizedBlock
          lag checkedAt events undecoded`,
      };
    case 7:
      if (ids.length > 0)
        return { field: "grant", args: [`id: "${random.pick(ids)}"`, ...at], fields: WHOLE_GRANT, tells: false };
      break;
    case 8:
      return {
        ...{ field: "whoCanRead", fields: access, tells: true },
        args: [`credential: ${credential()}`, ...of(), ...page("whoCanRead")],
      };
    case 9:
      return {
        ...{ field: "readableBy", fields: access, tells: true },
        args: [`grantee: ${grantee()}`, ...of(), ...page("readableBy")],
      };
    case 10: {
      const pairs = Array.from(
        { length: 1 + random.int(8) },
        () => `{credential: ${credential()}, grantee: ${grantee()}}`,
      );
      return {
        ...{ field: "checkMany", fields: `answers { id answer { ${CHECK} } } ${KNOWN}`, tells: true },
        args: [`checks: [${pairs.join(", ")}]`, ...maybe(0.3, chain), ...at],
      };
    }
  }
  return {
    ...{ field: "check", fields: CHECK, tells: true },
    args: [...[`credential: ${credential()}`, `grantee: ${grantee()}`, ...of()]],
  };
}
