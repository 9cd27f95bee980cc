import { type Bytes32, sameBytes, toHex } from "../grants/bytes.ts";
import { DEFENCES } from "../ops/defences.ts";
import { RetryableError } from "../ops/errors.ts";
import type { ChainReader, Tip } from "../rpc/chainReader.ts";
import { findAncestor } from "./ancestor.ts";
import { backfill, RangeSize, type ReadRange } from "./backfill.ts";
import type { BlockFetcher, Blocks } from "./fetch.ts";
import type { HistoryReader } from "./rangedHistory.ts";
import { type Link, type LinkedWindow, linksTo } from "./window.ts";

/** What a node says of its chain at one moment, as far as our own view of the chain confirms it. */
export interface ChainView {
  readonly head: { readonly number: bigint; readonly time: bigint };
  readonly safeNumber: bigint | undefined;
  readonly finalizedNumber: bigint | undefined;
  /** True when the cursor is at the head, so that answers may rest on this chain. */
  readonly caughtUp: boolean;
}

/** What is to be done to the ledger next. The window is changed only after the step was carried out. */
export type Step =
  | { readonly type: "extend"; readonly blocks: Blocks; readonly view: ChainView }
  | { readonly type: "confirm"; readonly view: ChainView }
  | { readonly type: "rollback"; readonly ancestor: Link }
  | { readonly type: "quarantine"; readonly reason: string };

export interface FollowOptions {
  readonly reader: ChainReader;
  readonly fetcher: BlockFetcher;
  /** Reads final history another way than block by block. */
  readonly history?: HistoryReader | undefined;
  /** First block to read when nothing is indexed yet. */
  readonly startBlock: bigint;
  /** Resolves when it is time to look at the head again: after so long at most, if that is given. */
  readonly pause: (atMostMs?: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Above this distance from the head, blocks are read in ranges ahead of the writer. */
const TAIL_BLOCKS = 16n;
/** Between two looks at what may be a reorg, however seldom the head is looked at otherwise. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Follows a chain from where the window stands: history first, then every new head, and back whenever the node's chain
 * turns out to have left ours. Ends after a quarantine, or when the signal aborts; network errors are thrown, and the
 * caller starts again from the stored window.
 */
export async function* follow(window: LinkedWindow, options: FollowOptions): AsyncGenerator<Step> {
  const { reader, fetcher, history, startBlock, pause, signal } = options;
  const size = new RangeSize();
  let suspected: Bytes32 | undefined;
  /** A block whose chain was found to share none with ours. */
  let contradicting: Bytes32 | undefined;

  while (!signal.aborted) {
    const tip = await reader.tip(signal);
    const fork = await forkedAt(reader, window, tip, signal);
    if (fork !== undefined) {
      // Nor is it a reorg when another chain's node took the place of ours.
      if (suspected === undefined) reader.recheckChain();
      // One look can be a node that is syncing, or another node behind the same name. It is a reorg when another endpoint
      // has that block too or, where nobody else can say, when a second look shows it again.
      const opinion = await reader.secondOpinion(fork.number, fork.theirs, signal);
      const again = suspected !== undefined && sameBytes(suspected, fork.theirs);
      if (opinion === "denied" && again)
        throw new RetryableError(
          `endpoints contradict each other about block ${fork.number} (${toHex(fork.theirs)} or not): nothing is rolled back until they agree`,
        );
      if (opinion !== "confirmed" && !again && DEFENCES.secondLook) {
        suspected = fork.theirs;
        await pause(LOOK_AGAIN_MS);
        continue;
      }
      suspected = undefined;
      const ancestor =
        (await findAncestor(reader, window, fork.number - 1n, signal)) ??
        (DEFENCES.finality ? undefined : window.oldest);
      if (ancestor === undefined && (contradicting === undefined || !sameBytes(contradicting, fork.theirs))) {
        // Another chain's node may have taken the place of ours while the ancestor was looked for: all of it is asked again.
        contradicting = fork.theirs;
        suspected = fork.theirs;
        reader.recheckChain();
        await pause(LOOK_AGAIN_MS);
        continue;
      }
      if (ancestor === undefined) {
        yield { type: "quarantine", reason: contradiction(window, fork) };
        return;
      }
      if (window.head !== undefined && ancestor.number >= window.head.number) {
        // By now the node is back on our branch.
        await pause();
        continue;
      }
      yield { type: "rollback", ancestor };
      window.truncate(ancestor.number);
      continue;
    }
    suspected = undefined;
    contradicting = undefined;

    const next = window.head === undefined ? firstBlock(startBlock, tip) : window.head.number + 1n;
    if (tip.head.number < next) {
      if (window.head !== undefined) {
        const view = viewOf(tip, window);
        yield { type: "confirm", view };
        settle(window, view);
      }
      await pause();
      continue;
    }
    if (history !== undefined && tip.finalized !== undefined && next <= tip.finalized.number) {
      for await (const blocks of history(next, tip.finalized.number, signal)) {
        assertLinked(blocks, window);
        assertFinalized(tip, blocks);
        yield { type: "extend", blocks, view: { ...viewOf(tip, window, blocks), caughtUp: false } };
        const newest = blocks.headers.at(-1);
        if (newest !== undefined) window.leap(newest);
      }
      continue;
    }
    const far = isFar(tip, next);
    for await (const blocks of blocksUpTo(fetcher, next, tip, size, signal)) {
      const first = blocks.headers[0];
      // The chain moved while it was being read: look again, and find the fork there.
      if (window.head !== undefined && first !== undefined && !linksTo(first, window.head)) {
        await pause();
        break;
      }
      assertFinalized(tip, blocks);
      const view = viewOf(tip, window, blocks);
      // The head that a long way leads to is old when it is reached: only another look tells whether it still is the head.
      yield { type: "extend", blocks, view: far ? { ...view, caughtUp: false } : view };
      for (const header of blocks.headers) window.append(header);
      settle(window, view);
    }
    if (!far && window.head !== undefined && window.head.number >= tip.head.number) await pause();
  }
}

/**
 * History begins at the start block, or at the final block when that is earlier: the oldest block that we hold has to be
 * final, since a reorg that reaches it leaves nothing to go back to.
 */
function firstBlock(startBlock: bigint, { head, finalized }: Tip): bigint {
  const young = finalized !== undefined && finalized.number < startBlock && startBlock <= head.number;
  return young ? finalized.number : startBlock;
}

const isFar = ({ head }: Tip, next: bigint): boolean => head.number - next >= TAIL_BLOCKS;

async function* blocksUpTo(
  fetcher: BlockFetcher,
  next: bigint,
  tip: Tip,
  size: RangeSize,
  signal: AbortSignal,
): AsyncGenerator<Blocks> {
  const { head } = tip;
  if (head.number === next) return yield await fetcher.block(head, signal);
  const read: ReadRange = isFar(tip, next)
    ? (from, to, bound) => fetcher.range(from, to, bound)
    : (from, to, bound) => fetcher.newest(from, to, bound);
  yield* backfill(read, next, head.number, size, signal);
}

interface Fork {
  readonly number: bigint;
  readonly theirs: Bytes32;
}

/** Where the node's chain is seen to differ from ours, if it is: at its head, at ours, or right above ours. */
async function forkedAt(
  reader: ChainReader,
  window: LinkedWindow,
  tip: Tip,
  signal: AbortSignal,
): Promise<Fork | undefined> {
  const { head: ours, oldest } = window;
  if (ours === undefined || oldest === undefined) return undefined;
  const { head: theirs } = tip;
  if (theirs.number < oldest.number)
    throw new RetryableError(
      `the node's head ${theirs.number} is below block ${oldest.number}, which was final: it is syncing or another chain`,
    );
  if (theirs.number === ours.number + 1n)
    return linksTo(theirs, ours) ? undefined : { number: theirs.number, theirs: theirs.hash };
  // A head below ours on the same chain is a node that lags; what we know is not taken back for it.
  const at = theirs.number < ours.number ? theirs.number : ours.number;
  const header = at === theirs.number ? theirs : (await reader.headers(at, at, signal))[0];
  const known = window.at(at);
  if (header === undefined || known === undefined || sameBytes(header.hash, known.hash) || !DEFENCES.headHash)
    return undefined;
  return { number: at, theirs: header.hash };
}

/**
 * The node's word about finality, limited to blocks that we hold: a label must never be given to a block of another
 * branch. While the final block is still ahead, what was read by number below it counts as final, and the link must
 * arrive at that block's hash (see assertFinalized).
 */
function viewOf(tip: Tip, window: LinkedWindow, blocks?: Blocks): ChainView {
  const newest = blocks?.headers.at(-1) ?? window.head;
  const reached = newest?.number ?? 0n;
  const confirmed = (header: Tip["safe"]): bigint | undefined => {
    if (header === undefined) return undefined;
    if (header.number > reached) return reached;
    const ours = blocks?.headers.find((block) => block.number === header.number) ?? window.at(header.number);
    return ours !== undefined && sameBytes(ours.hash, header.hash) ? header.number : undefined;
  };
  // At the same height ours, too: the chain may have moved since the node told its head.
  const head = tip.head.number > reached || newest === undefined ? tip.head : newest;
  return {
    head: { number: head.number, time: head.time },
    safeNumber: confirmed(tip.safe),
    finalizedNumber: confirmed(tip.finalized),
    caughtUp: reached >= tip.head.number,
  };
}

/** Final blocks do not move: where they do not go on from ours, somebody is wrong, and it is asked again who. */
function assertLinked({ headers: [first] }: Blocks, { head }: LinkedWindow): void {
  if (first === undefined || head === undefined) return;
  if (first.number !== head.number + 1n || !linksTo(first, head))
    throw new RetryableError(
      `block ${first.number} does not link to ours: its parent is ${toHex(first.parentHash)}, our block ${head.number} is ${toHex(head.hash)}`,
    );
}

function assertFinalized(tip: Tip, blocks: Blocks): void {
  const { finalized } = tip;
  if (finalized === undefined) return;
  const ours = blocks.headers.find((header) => header.number === finalized.number);
  if (ours !== undefined && !sameBytes(ours.hash, finalized.hash))
    throw new RetryableError(
      `the node calls ${toHex(finalized.hash)} its final block ${finalized.number}, but gave ${toHex(ours.hash)} for that number`,
    );
}

function settle(window: LinkedWindow, view: ChainView): void {
  if (view.finalizedNumber !== undefined) window.finalize(view.finalizedNumber);
}

function contradiction(window: LinkedWindow, fork: Fork): string {
  const oldest = window.oldest;
  return `the node's block ${fork.number} is ${toHex(fork.theirs)} and its chain shares no block with ours down to block ${oldest?.number} (${oldest === undefined ? "none" : toHex(oldest.hash)}), which was final`;
}
