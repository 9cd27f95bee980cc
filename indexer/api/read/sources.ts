import { worthBy } from "./credentialTrail.ts";
import { issuersAsOf } from "./entityTrail.ts";
import { grantsAsOf, happened } from "./grant.ts";
import { type Knowledge, NEWEST } from "./known.ts";

/** SQL of who asks for what: each an expression, any purpose where it is null. */
export interface PairSql {
  readonly credential: string;
  readonly grantee: string;
  readonly purpose: string;
}

/**
 * Where a decision's facts come from: the derived tables, or the trail. In every statement that decides, so that however it is
 * asked, the same is looked at. Chain `c` is in scope.
 */
export interface Sources {
  readonly knowledge: Knowledge;
  /** Joins of the grants `g` of a pair, one row each. */
  grants(pair: PairSql): string;
  /** What each credential registry of the chain says, as much as decides. */
  worth(credential: string): string;
  /** What each entity registry of the chain says about an account, as much as decides. */
  issuers(account: string): string;
  /** The issuer of a credential that is named anywhere; null of one that is not. */
  issuerOf(credential: string): string;
}

/** What is known now, at the present: each table is reached by its primary key. */
export const PRESENT: Sources = {
  knowledge: NEWEST,
  grants: ({ credential, grantee, purpose }) => `
      LEFT JOIN access_grant g ON g.chain_id = c.chain_id AND g.credential = ${credential} AND g.grantee = ${grantee}
                              AND (${purpose} IS NULL OR g.purpose = ${purpose}) AND g.granted_at > 0`,
  worth: (credential) => `SELECT k.* FROM credential k WHERE k.credential = ${credential} AND k.chain_id = c.chain_id`,
  issuers: (account) => `SELECT n.* FROM entity n WHERE n.account = ${account} AND n.chain_id = c.chain_id`,
  issuerOf: (credential) => `
      COALESCE((SELECT a.issuer FROM access_grant a WHERE a.credential = ${credential} LIMIT 1),
               (SELECT b.issuer FROM credential b WHERE b.credential = ${credential} LIMIT 1))`,
};

/**
 * The last events that count, of those that were known.
 * @param at SQL of the moment up to which events count, if there is one.
 */
export const trail = (knowledge: Knowledge, at: string | undefined): Sources => ({
  knowledge,
  grants: ({ credential, grantee, purpose }) => `
      LEFT JOIN LATERAL (${grantsAsOf(
        `(SELECT DISTINCT ON (e.purpose, e.contract) e.*
          FROM event e
         WHERE e.credential = ${credential} AND e.grantee = ${grantee} AND e.chain_id = c.chain_id
           AND (${purpose} IS NULL OR e.purpose = ${purpose})
           AND ${knowledge.live("e")} AND ${happened("e", at)}
         ORDER BY e.purpose, e.contract, e.seq DESC) g`,
        at,
        knowledge,
      )}) g ON g.granted_at > 0`,
  worth: (credential) => worthBy(credential, knowledge),
  issuers: (account) => issuersAsOf(account, { at, knowledge }),
  issuerOf: (credential) => `
      (SELECT b.issuer FROM event b JOIN ${knowledge.chains} c ON c.chain_id = b.chain_id
        WHERE b.credential = ${credential} AND ${knowledge.live("b")} LIMIT 1)`,
});

/**
 * What is known now, at an earlier moment of the chains. The row of a credential tells its earlier statuses itself, and that
 * somebody issued it does not change.
 */
export const earlier = (at: string): Sources => ({
  ...trail(NEWEST, at),
  worth: PRESENT.worth,
  issuerOf: PRESENT.issuerOf,
});
