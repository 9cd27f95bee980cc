import { chainTime, grantCall, releaseCall, revokeCall, type Subject, send, type Terms } from "./calls.ts";
import { issueCredential } from "./cast.ts";
import { replaceBlocksFrom } from "./reorg.ts";
import { pause, type Telling } from "./telling.ts";

// Codes of docs/CODES.md.
export const DUE_DILIGENCE = 1;
const TRAVEL_RULE = 6;
const TAX_REPORTING = 7;
const CONSENT = 1;
const LEGAL_OBLIGATION = 3;
const RELATIONSHIP_ENDED = 2;
const RECORDS_ERASED = 7;

const DAY = 86_400n;
/** What anti-money-laundering law mostly asks for: five years from the end of the relationship. */
const FIVE_YEARS = 1_826n * DAY;
export const BY_LAW: Terms = { legalBasis: LEGAL_OBLIGATION, retention: FIVE_YEARS };

/** The grant that the first example query asks about: it is active from the beginning, and revoked in the third act. */
export interface Opening {
  readonly ana: Subject;
  readonly ben: Subject;
}

/** At once, so that there is something to ask about. */
export async function open({ cast, chains: [a], tell, untilIndexed }: Telling): Promise<Opening> {
  const [anaHolds, benHolds] = cast.holders.map((holder) => issueCredential(cast.issuer, holder));
  const [bank, exchange] = cast.institutions;
  if (anaHolds === undefined || benHolds === undefined) throw new Error("the story has three holders");
  const ana = { credential: anaHolds, grantee: bank, purpose: DUE_DILIGENCE };
  const ben = { credential: benHolds, grantee: exchange, purpose: DUE_DILIGENCE };
  const receipts = await Promise.all([send(a, grantCall(ana, BY_LAW)), send(a, grantCall(ben, BY_LAW))]);
  tell(a, "Ana lets Meridian Bank read her credential, with five years of record keeping after the end");
  tell(a, "Ben lets Harbour Exchange read his, on the same terms");
  await untilIndexed(a, Math.max(...receipts.map((receipt) => receipt.blockNumber)));
  return { ana, ben };
}

export async function grantOnSecondChain({ chains: [, b], tell }: Telling, { ben }: Opening): Promise<void> {
  await send(b, grantCall(ben, BY_LAW));
  tell(b, "Ben grants the very same credential to Harbour Exchange here too: one reference, two chains");
}

/** A grant that ends by itself, and is granted anew. */
export async function expireAndGrantAgain(telling: Telling): Promise<void> {
  const { cast, chains, tell } = telling;
  const chain = chains[1];
  const [, , cleo] = cast.holders;
  const subject = {
    credential: issueCredential(cast.issuer, cleo),
    grantee: cast.institutions[1],
    purpose: TRAVEL_RULE,
  };
  const expiresAt = (await chainTime(chain)) + 20n;
  await send(chain, grantCall(subject, { legalBasis: CONSENT, expiresAt }));
  tell(chain, "Cleo lets Harbour Exchange read her credential for the travel rule, for a few seconds only");
  while ((await chainTime(chain)) < expiresAt) await pause(telling, 1);
  tell(chain, "that grant has expired by itself, without a transaction");
  await pause(telling, 8);
  await send(chain, grantCall(subject, { legalBasis: CONSENT, expiresAt: (await chainTime(chain)) + DAY }));
  tell(chain, "Cleo grants it again, for a day: a new period of the same grant");
}

export async function revoke({ chains: [a], tell }: Telling, { ana }: Opening): Promise<void> {
  await send(a, revokeCall(ana, RELATIONSHIP_ENDED));
  tell(a, "Ana revokes: Meridian Bank may read for record keeping only from now on. Ask the first query again");
}

export async function release({ chains: [, b], tell }: Telling, { ben }: Opening): Promise<void> {
  await send(b, releaseCall(ben, RECORDS_ERASED));
  tell(b, "Harbour Exchange gives up Ben's credential here, record keeping included; on Local A it still may read");
}

/** A grant that the ledger has seen, and that its chain then takes back. */
export async function reorganize(telling: Telling): Promise<void> {
  const { cast, chains, tell, untilIndexed } = telling;
  const chain = chains[1];
  const [ana] = cast.holders;
  const [bank, exchange] = cast.institutions;
  const credential = issueCredential(cast.issuer, ana);
  const first = { credential, grantee: bank, purpose: TAX_REPORTING };
  const { blockNumber } = await send(chain, grantCall(first, BY_LAW));
  tell(chain, `Ana lets Meridian Bank read her credential for tax reporting, in block ${blockNumber}`);
  await untilIndexed(chain, blockNumber);
  // A block or two on top, so that it is not the head alone that changes.
  await pause(telling, 4);
  const depth = await replaceBlocksFrom(chain, blockNumber, grantCall({ ...first, grantee: exchange }, BY_LAW));
  if (depth === 0) return;
  const blocks = depth === 1 ? `block ${blockNumber}` : `${depth} blocks from ${blockNumber} on`;
  tell(chain, `a reorg replaces ${blocks}: that grant never happened, she granted Harbour Exchange instead`);
  tell(chain, "the trail keeps the first event and says that it is retracted. Ask the second query again");
}
