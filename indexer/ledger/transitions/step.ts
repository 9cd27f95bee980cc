import type pg from "pg";
import { FLAG_MAY_GRANT_ONWARD } from "../../grants/record.ts";
import { BugError } from "../../ops/errors.ts";
import { Passage } from "./passage.ts";
import { type Progress, readWrites, takeProgress, type Write, wentBack, writeProgress } from "./progress.ts";
import { type KnownPlace, readChildren, readHappened, readStandings } from "./readGrants.ts";
import { type GrantName, keyOf, nextOf } from "./standing.ts";
import {
  addTransitions,
  type KnownTransition,
  readDue,
  readRetracted,
  retractTransitions,
  writePending,
} from "./store.ts";

/** A process that follows the feed is told by a notification on this channel that there is more of it. */
export const FEED_CHANNEL = "grantledger_feed";

/**
 * Takes in the next writes of a chain, as many as are not too much, in one transaction: transitions, what is pending, and
 * how far it got move together or not at all. Any process may do it; who finds another at it leaves it to that.
 * @returns whether there was anything to take in.
 */
export async function takeStep(client: pg.ClientBase, chainId: bigint): Promise<boolean> {
  await client.query("BEGIN");
  try {
    const progress = await takeProgress(client, chainId);
    const writes = progress === undefined ? [] : await readWrites(client, chainId, progress);
    const [first] = writes;
    if (progress === undefined || first === undefined) {
      await client.query("ROLLBACK");
      return false;
    }
    const changed = await (wentBack(progress, first)
      ? goBack(client, chainId, progress, first)
      : goOn(client, chainId, progress, writes));
    if (changed) await client.query("SELECT pg_notify($1, '')", [FEED_CHANNEL]);
    await client.query("COMMIT");
    return true;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

const placeOf = (chainId: bigint, { lastSeq, since }: Write): KnownPlace => ({ chainId, lastSeq, since });

/**
 * Writes that added blocks, or said something else of the chain.
 * @returns whether there was anything for a feed in them.
 */
async function goOn(
  client: pg.ClientBase,
  chainId: bigint,
  progress: Progress,
  writes: readonly Write[],
): Promise<boolean> {
  const newest = writes.at(-1);
  if (newest === undefined) throw new BugError("transitions: no writes");
  const before = placeOf(chainId, progress);
  const happened =
    newest.lastSeq === progress.lastSeq ? [] : await readHappened(client, placeOf(chainId, newest), progress.lastSeq);
  const changes = happened.flatMap(({ change }) => change ?? []);
  const parents = changes.filter(({ record }) => (record.flags & FLAG_MAY_GRANT_ONWARD) !== 0);
  const concerned = unique([
    ...(newest.indexed === undefined ? [] : await readDue(client, chainId, newest.indexed.time)),
    ...changes.map(({ name }) => name),
    ...changes.flatMap(({ name, origin }) => (origin === undefined ? [] : { ...name, grantee: origin.grantor })),
    ...(await readChildren(client, before, unique(parents.map(({ name }) => name)))),
  ]);
  const passage = new Passage(await readStandings(client, before, concerned), {
    time: progress.indexed?.time ?? 0n,
    seq: progress.lastSeq,
    ordinal: progress.ordinal,
  });
  const transitions: KnownTransition[] = [];
  let [at, lastSeq] = [0, progress.lastSeq];
  let changedAt: string | undefined;
  for (const write of writes) {
    for (let next = happened[at]; next !== undefined && next.seq <= write.lastSeq; next = happened[++at]) {
      if (next.change !== undefined) passage.apply(next.change);
      else {
        passage.advance(next.blockTime);
        passage.passEvent(next.seq);
      }
    }
    if (write.indexed !== undefined) passage.advance(write.indexed.time);
    const taken = passage.take();
    for (const transition of taken) transitions.push({ ...transition, since: write.since });
    if (taken.length > 0 || write.lastSeq !== lastSeq) changedAt = write.since;
    lastSeq = write.lastSeq;
  }
  await addTransitions(client, chainId, transitions);
  await writePending(client, chainId, [...passage.pending()]);
  // An event that was dropped before the first of these writes was known is none here, and yet has its number.
  const ordinal = passage.place.seq === newest.lastSeq ? passage.place.ordinal : 0;
  await writeProgress(client, chainId, { ...newest, ordinal }, changedAt);
  return changedAt !== undefined;
}

/** A write that dropped blocks: what changed in their time did not, and what is to come is what is left says. */
async function goBack(client: pg.ClientBase, chainId: bigint, progress: Progress, write: Write): Promise<boolean> {
  const place = placeOf(chainId, write);
  const retracted = await readRetracted(client, chainId, write.since);
  const undone = await retractTransitions(client, chainId, write.since, write.indexed?.time);
  const concerned = unique([...undone, ...retracted, ...(await readChildren(client, place, retracted))]);
  const standings = new Map(
    (await readStandings(client, place, concerned)).map((standing) => [keyOf(standing.name), standing]),
  );
  const time = write.indexed?.time ?? 0n;
  const pending = concerned.map((name) => {
    const standing = standings.get(keyOf(name));
    return { name, at: standing && nextOf(standing, time) };
  });
  await writePending(client, chainId, pending);
  const changed = retracted.length + undone.length > 0 || (await retractedAny(client, chainId, write.since));
  await writeProgress(client, chainId, { ...write, ordinal: progress.ordinal }, changed ? write.since : undefined);
  return changed;
}

/** Also of what is about no grant. */
async function retractedAny(client: pg.ClientBase, chainId: bigint, since: string): Promise<boolean> {
  const { rows } = await client.query(
    "SELECT FROM event WHERE chain_id = $1 AND retracted_at = $2::timestamptz LIMIT 1",
    [chainId, since],
  );
  return rows.length > 0;
}

const unique = (names: readonly GrantName[]): GrantName[] => [
  ...new Map(names.map((name) => [keyOf(name), name])).values(),
];
