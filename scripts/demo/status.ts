import { styleText } from "node:util";
import { say } from "../terminal/output.ts";
import { rowsOf, Screen } from "../terminal/screen.ts";
import type { ChainProgress } from "./ledger.ts";

/** What the watcher sees. */
export interface Status {
  readonly url: string;
  readonly chains: readonly ChainProgress[];
  /** How far the histories are that are being read. */
  readonly progress: readonly string[];
  /** What an operator has to know of chains that are not being followed. */
  readonly problems: readonly string[];
  readonly queries: readonly { readonly title: string; readonly query: string }[];
}

const STEPS_SHOWN = 6;
/** Without a terminal: often enough to see that it lives, seldom enough not to fill a log. */
const LINE_EVERY_MS = 30_000;

/** Shows the status: refreshed in place on a terminal, as an occasional line elsewhere. */
export class StatusDisplay {
  readonly #screen = process.stdout.isTTY ? new Screen(process.stdout) : undefined;
  readonly #steps: string[] = [];
  #status: Status | undefined;
  #lastLineAt = Number.NEGATIVE_INFINITY;

  show(status: Status): void {
    const first = this.#status === undefined;
    this.#status = status;
    if (this.#screen) {
      this.#draw(this.#screen, status);
      return;
    }
    if (first) for (const line of [...introduction(status), ""]) say(line);
    const now = performance.now();
    if (status.chains.length + status.problems.length === 0) return;
    if (now - this.#lastLineAt < LINE_EVERY_MS) return;
    this.#lastLineAt = now;
    say([...status.chains.map(chainLine), ...status.progress, ...status.problems].join(" | "));
  }

  /** A step of the story. */
  tell(line: string): void {
    this.#steps.push(line);
    this.#steps.splice(0, this.#steps.length - STEPS_SHOWN);
    if (this.#screen === undefined) say(line);
    else if (this.#status !== undefined) this.#draw(this.#screen, this.#status);
  }

  #draw(screen: Screen, status: Status): void {
    const above = [
      ...introduction(status),
      "",
      ...status.chains.map(chainLine),
      ...status.progress,
      ...status.problems.map((problem) => styleText("red", problem)),
      "",
    ];
    const below = ["", styleText("dim", "Ctrl-C stops everything that was started here.")];
    const { rows = 24, columns = 80 } = process.stdout;
    const free = rows - 1 - rowsOf([...above, ...below], columns);
    screen.draw([...above, ...lastThatFit(this.#steps, free, columns), ...below]);
  }
}

/** The newest steps, as many as there are rows for, and one in any case. */
function lastThatFit(steps: readonly string[], rows: number, columns: number): readonly string[] {
  let first = Math.max(0, steps.length - 1);
  while (first > 0 && rowsOf(steps.slice(first - 1), columns) <= rows) first--;
  return steps.slice(first);
}

function introduction({ url, queries }: Status): string[] {
  const examples = queries.flatMap(({ title, query }) => ["", `${title}:`, styleText("cyan", query)]);
  return ["", `Grantledger answers at ${styleText("bold", url)}`, ...examples];
}

/** `Local A   live  head  120  indexed  120 (0 behind)  final  112   14 events`: fits 80 columns. */
function chainLine({ name, status, head, indexed, finalized, events, reorgs }: ChainProgress): string {
  const lag = head === undefined || indexed === undefined ? "" : ` (${head > indexed ? head - indexed : 0n} behind)`;
  const number = (value: bigint | undefined) => String(value ?? "-").padStart(4);
  const parts = [
    name.padEnd(8),
    status.toLowerCase().padEnd(4),
    `head ${number(head)}`,
    `indexed ${number(indexed)}${lag}`,
    `final ${number(finalized)}`,
    `${String(events).padStart(3)} events`,
  ];
  if (reorgs > 0) parts.push(`${reorgs} ${reorgs === 1 ? "reorg" : "reorgs"}`);
  return parts.join("  ");
}
