import type { Address, CredentialRef } from "../../grants/bytes.ts";
import type { Purpose } from "../../grants/ids.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { Demands } from "../consider.ts";
import type { Database } from "../database.ts";
import type { Decision } from "../decide.ts";
import type { ReadUse } from "../grantDecision.ts";
import { type AccessKey, type AccessKeyKind, encodeAccessKey } from "../key.ts";
import { type Moment, nowOf, pin } from "../moment.ts";
import type { Keyset, Window } from "../page.ts";
import { STATE_COLUMNS } from "./grant.ts";
import { grantsOfTrail } from "./grantRelation.ts";
import { addBounds, Conditions, limitOf, type Ordering, orderBy } from "./keyset.ts";
import { knowledgeFor, knownValue, reachedBy } from "./known.ts";
import { isPresent, type Listed, lookedAtOf, readList } from "./listed.ts";
import { type ManyRow, manyText, type PairAnswer, toMany } from "./many.ts";
import { earlier, PRESENT, type Sources, trail } from "./sources.ts";

/**
 * Who can read a credential, and what a grantee can read: every pair that a check would not deny and that has a grant which
 * allows the use on some chain. The statement finds the pairs and all that decides about them; each is then decided as a
 * check is. That statement leaves out what is denied already, so that a page is not read in vain; the check has the last word.
 */

export interface AccessQuestion {
  /** Of one of them the readers or the readable are listed. */
  readonly credential: CredentialRef | undefined;
  readonly grantee: Address | undefined;
  readonly purpose: Purpose | undefined;
  readonly use: ReadUse;
  readonly chainId: bigint | undefined;
  readonly demands: Demands;
  readonly maxStalenessSeconds: number;
}

/** Decides one pair. */
type Judge<Answer> = (found: PairAnswer) => Answer & { readonly outcome: { readonly decision: Decision } };

/** An answer, and which pair it is about. */
export interface Access<Answer> {
  readonly key: AccessKey;
  readonly answer: Answer;
}

const ORDERING: Readonly<Record<AccessKeyKind, Ordering>> = {
  readerCursor: [
    ["grantee", "bytea"],
    ["purpose", "integer"],
  ],
  readableCursor: [
    ["credential", "bytea"],
    ["purpose", "integer"],
  ],
};
const STATES = { PURPOSE: ["ACTIVE"], RECORD_KEEPING: ["ACTIVE", "RETAINED"] } as const satisfies Record<
  ReadUse,
  readonly string[]
>;
/** Read at least so many at once when a page was not filled at once. */
const AT_ONCE = 200;

export class AccessList<Answer> implements Keyset<AccessKey, Access<Answer>> {
  readonly #database: Database;
  readonly #question: AccessQuestion;
  readonly #moment: Moment;
  readonly #judge: Judge<Answer>;
  readonly #kind: AccessKeyKind;

  constructor(database: Database, question: AccessQuestion, moment: Moment, judge: Judge<Answer>) {
    this.#database = database;
    this.#question = question;
    this.#moment = moment;
    this.#judge = judge;
    this.#kind = question.credential === undefined ? "readableCursor" : "readerCursor";
  }

  async read(window: Window<AccessKey>): Promise<Listed<Access<Answer>>> {
    const items: Access<Answer>[] = [];
    let chains: readonly ObservedChain[] | undefined;
    let rest = window;
    while (true) {
      const wanted = window.limit - items.length;
      const limit = chains === undefined ? wanted : Math.max(wanted, AT_ONCE);
      const found = await this.#find({ ...rest, limit }, chains);
      chains ??= found.chains;
      for (const one of found.pairs) {
        const { purpose } = one.pair;
        if (purpose === undefined || items.length === window.limit) break;
        const answer = this.#judge(one);
        if (answer.outcome.decision !== "DENIED") items.push({ key: { ...one.pair, purpose }, answer });
      }
      const last = found.pairs.at(-1)?.pair;
      if (items.length === window.limit || found.pairs.length < limit || last?.purpose === undefined) break;
      const key = { ...last, purpose: last.purpose };
      rest = { ...rest, inclusive: false, ...(window.backward ? { before: key } : { after: key }) };
    }
    return { items, chains };
  }

  pinned(chains: readonly ObservedChain[]): AccessList<Answer> {
    return new AccessList(this.#database, this.#question, pin(this.#moment, chains), this.#judge);
  }

  keyOf({ key }: Access<Answer>): AccessKey {
    return key;
  }

  encode(key: AccessKey): string {
    return encodeAccessKey(this.#kind, key);
  }

  async #find(window: Window<AccessKey>, read: readonly ObservedChain[] | undefined) {
    const moment = read === undefined ? this.#moment : pin(this.#moment, read);
    const conditions = new Conditions();
    const text = this.#select(conditions, moment, window);
    return toMany(await readList<ManyRow>(this.#database, moment, text, conditions.values));
  }

  #select(conditions: Conditions, moment: Moment, window: Window<AccessKey>): string {
    const { credential, grantee, purpose, use, chainId } = this.#question;
    const ordering = ORDERING[this.#kind].map(([column, type]): [string, string] => [`g.${column}`, type]);
    const chain = `${conditions.value(chainId ?? null)}::bigint`;
    const lookedAt = lookedAtOf(conditions, moment);
    const until = moment.at === undefined ? undefined : lookedAt;
    const sources = sourcesOf(conditions, moment, until);
    const { chains } = sources.knowledge;

    const same = new Conditions(conditions.values);
    same.equal("g.credential", credential);
    same.equal("g.grantee", grantee);
    same.equal("g.purpose", purpose);
    same.equal("g.chain_id", chainId);
    const values = (one: AccessKey): unknown[] => [
      this.#kind === "readerCursor" ? one.grantee : one.credential,
      one.purpose,
    ];
    addBounds(same, ordering, {
      ...window,
      after: window.after && values(window.after),
      before: window.before && values(window.before),
    });
    const order = orderBy(ordering, window.backward);
    // All columns of a grant's key, those of the order first.
    const other = this.#kind === "readerCursor" ? "g.credential" : "g.grantee";
    const newest = `${order}, ${other}, g.chain_id, g.contract`;
    const grants = isPresent(moment) ? "access_grant" : grantsOfTrail(same.where(), newest, until, sources.knowledge);
    const denied = use === "PURPOSE" ? ` AND NOT (${this.#denied(conditions, moment, sources, lookedAt, chain)})` : "";
    return manyText(
      `(SELECT p.*, row_number() OVER (ORDER BY ${orderBy(ORDERING[this.#kind], window.backward)}) AS n
          FROM (SELECT DISTINCT g.credential, g.grantee, g.purpose
                  FROM ${grants} g JOIN ${chains} c ON c.chain_id = g.chain_id
                 WHERE ${same.where()} AND g.granted_at > 0
                   AND grant_state(${STATE_COLUMNS}, ${lookedAt}) = ANY(${conditions.value(STATES[use])}::text[])${denied}
                 ORDER BY ${order} ${limitOf(window)}) p) q`,
      chain,
      sources,
    );
  }

  /** That a chain which answers is known to forbid reading the credential of `g` for a purpose. */
  #denied(conditions: Conditions, moment: Moment, sources: Sources, lookedAt: string, chain: string): string {
    const { maxStalenessSeconds, demands } = this.#question;
    const confirmed = new Date(moment.clock - maxStalenessSeconds * 1000).toISOString();
    const now = (): string => `${conditions.value(nowOf(moment))}::bigint`;
    const answers = [
      `(${chain} IS NULL OR c.chain_id = ${chain})`,
      `c.status = 'LIVE' AND c.indexed_number IS NOT NULL AND c.checked_at >= ${conditions.value(confirmed)}::timestamptz`,
      ...(moment.at === undefined ? [] : [`${lookedAt} <= GREATEST(${now()}, c.indexed_time)`]),
      ...(demands.maxLag == null
        ? []
        : [`COALESCE(c.head_number - c.indexed_number <= ${conditions.value(demands.maxLag)}, true)`]),
      ...(moment.finality === "LATEST" ? [] : [`${reachedBy(moment.finality)} IS NOT NULL`]),
    ].join(" AND ");
    const { chains } = sources.knowledge;
    return `
      EXISTS (SELECT FROM ${chains} c CROSS JOIN LATERAL (${sources.worth("g.credential")}) k
               WHERE ${answers}
                 AND credential_status(k.anchored_at, k.valid_from, k.valid_until, k.revoked_at, k.withdrawn_at,
                                       k.superseded_at, ${lookedAt}) NOT IN ('NOT_ANCHORED', 'VALID'))
      OR EXISTS (SELECT FROM ${chains} c CROSS JOIN LATERAL (${sources.issuers("g.issuer")}) n
                  WHERE ${answers} AND n.kinds & 1 <> 0 AND n.status <> 'ACTIVE')`;
  }
}

function sourcesOf(conditions: Conditions, moment: Moment, until: string | undefined): Sources {
  if (isPresent(moment)) return PRESENT;
  const { known, finality } = moment;
  if (known === undefined && finality === "LATEST" && until !== undefined) return earlier(until);
  return trail(knowledgeFor(known === undefined ? undefined : conditions.value(knownValue(known)), finality), until);
}
