import { type Bytes32, toAddress, toHex } from "../../indexer/grants/bytes.ts";
import type { Header } from "../../indexer/rpc/answers.ts";
import type { ChainReader } from "../../indexer/rpc/chainReader.ts";
import type { SecondOpinion } from "../../indexer/rpc/quorum.ts";
import { type FollowOptions, follow, type Step } from "../../indexer/sync/follow.ts";
import { LinkedFetcher } from "../../indexer/sync/linkedFetcher.ts";
import { LinkedWindow } from "../../indexer/sync/window.ts";
import { chainOf, header, logAt } from "./headers.ts";

/** A chain that is a list in memory, where a test decides what each look shows, and who follows it. */

export class Memory implements ChainReader {
  /** Block `i` of the node's chain. */
  blocks: Header[];
  finalized: number | undefined;
  tips = 0;
  rechecks = 0;
  onTip: () => void = () => {};
  readonly logsIn = new Map<number, number>();
  receipts: "right" | "empty" | "unsupported" = "right";
  readonly asked: string[] = [];

  constructor(length: number) {
    this.blocks = chainOf(0, length);
  }

  async tip() {
    this.tips++;
    const finalized = this.finalized === undefined ? undefined : this.blocks[this.finalized];
    const tip = { head: this.blocks.at(-1) as Header, safe: finalized, finalized };
    this.onTip();
    return tip;
  }
  async headers(from: bigint, to: bigint) {
    return this.blocks.slice(Number(from), Number(to) + 1);
  }
  async headersAt(numbers: readonly bigint[]) {
    return numbers.map((number) => this.blocks[Number(number)] as Header);
  }
  async provenLogs(): Promise<never> {
    throw new Error("nothing is proven here");
  }
  async logs(from: bigint, to: bigint) {
    this.asked.push(`logs ${from}-${to}`);
    return (await this.headers(from, to)).flatMap(({ number }) => this.#logsOf(Number(number)));
  }
  async logsOfBlocks(hashes: readonly Bytes32[]) {
    this.asked.push("by hash");
    return hashes.map((hash) => this.#logsOf(this.#numberOf(hash)));
  }
  async logsInReceipts(hashes: readonly Bytes32[]) {
    this.asked.push("receipts");
    if (this.receipts === "unsupported") return undefined;
    return hashes.map((hash) => (this.receipts === "empty" ? [] : [logAt(this.#numberOf(hash), 0, 0)]));
  }
  opinion: SecondOpinion = "none";
  async secondOpinion() {
    return this.opinion;
  }
  recheckChain() {
    this.rechecks++;
  }
  /** The last `depth` blocks become others of a branch. */
  reorg(depth: number, branch: number, grow = 0) {
    const first = this.blocks.length - depth;
    const added = Array.from({ length: depth + grow }, (_, i) => header(first + i, branch));
    const parent = this.blocks[first - 1];
    if (added[0] && parent) added[0] = { ...added[0], parentHash: parent.hash };
    this.blocks = [...this.blocks.slice(0, first), ...added];
  }
  #numberOf(hash: Bytes32): number {
    return this.blocks.findIndex((block) => toHex(block.hash) === toHex(hash));
  }
  #logsOf(number: number) {
    return Array.from({ length: this.logsIn.get(number) ?? 0 }, (_, i) => logAt(number, 0, i));
  }
}

export interface Following {
  readonly window: LinkedWindow;
  next(): Promise<Step>;
  /** Steps until one satisfies. */
  until(enough: (step: Step) => boolean): Promise<Step[]>;
}

export function following(reader: ChainReader, options: Partial<FollowOptions> = {}): Following {
  const window = new LinkedWindow([]);
  let pauses = 0;
  const steps = follow(window, {
    reader,
    fetcher: new LinkedFetcher(reader, [toAddress(new Uint8Array(20).fill(0xc0))]),
    startBlock: 0n,
    pause: async () => {
      if (++pauses > 50) throw new Error("it waits for ever");
    },
    signal: new AbortController().signal,
    ...options,
  });
  const next = async (): Promise<Step> => {
    pauses = 0;
    const step = await steps.next();
    if (step.done) throw new Error("it ended");
    return step.value;
  };
  return {
    window,
    next,
    async until(enough) {
      const seen: Step[] = [];
      do seen.push(await next());
      while (!enough(seen.at(-1) as Step) && seen.length < 2_000);
      return seen;
    },
  };
}

export const isConfirm = (step: Step): boolean => step.type === "confirm";
export const caughtUp = (step: Step | undefined): boolean =>
  step?.type !== "extend" ? step?.type === "confirm" && step.view.caughtUp : step.view.caughtUp;
