import { sleepMs } from "../support/wait.ts";
import { readEvents, subscribe } from "./sse.ts";

/** A client as docs/WATCHING.md wants it: whatever ends its connection, it comes back with the cursor of its last item. */

export const WATCH = `
  subscription Watch($filter: WatchFilter, $after: String, $since: KnownAt) {
    watch(filter: $filter, after: $after, since: $since) {
      kind cursor chain knownAt
      event { sequenceNumber kind blockTime credential grantee { address } purpose contract }
      transition { kind at credential grantee { address } purpose contract cause { sequenceNumber } }
    }
  }`;

export interface WatcherOptions {
  /** Where to connect this time; undefined while nothing can be reached. */
  readonly url: () => string | undefined;
  readonly filter?: Readonly<Record<string, unknown>>;
  readonly since?: string;
  /** The cursor of an item of an earlier watch. */
  readonly after?: string | undefined;
}

export class Watcher {
  readonly #options: WatcherOptions;
  /** What was received, as lines of oracle.ts with their moments. */
  readonly lines: string[] = [];
  /** Codes of errors that it was told. */
  readonly codes: string[] = [];
  cursor: string | undefined;
  connections = 0;
  #connection = new AbortController();
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.cursor = options.after;
    this.#done = this.#run();
  }

  /** Cuts the connection in the middle of whatever it is at. */
  cut(): void {
    this.#connection.abort();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.cut();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#connection = new AbortController();
      await this.#connect(this.#connection.signal).catch(() => {});
      if (!this.#stopped) await sleepMs(5);
    }
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const url = this.#options.url();
    if (url === undefined) return;
    const { filter, since } = this.#options;
    const begin = this.cursor === undefined ? { since } : { after: this.cursor };
    const response = await subscribe(url, WATCH, { filter, ...begin }, signal);
    this.connections += 1;
    if (response.body === null) return;
    for await (const { event, data } of readEvents(response.body)) {
      if (event !== "next") return;
      const { data: said, errors } = JSON.parse(data);
      for (const error of errors ?? []) this.codes.push(error.extensions.code);
      if (said?.watch == null) continue;
      // Both or neither, as a client that keeps its cursor with what it did.
      this.lines.push(toLine(said.watch));
      this.cursor = said.watch.cursor;
    }
  }
}

// biome-ignore lint/suspicious/noExplicitAny: an answer, whose fields the query above names.
export function toLine({ kind: what, chain, knownAt, event, transition }: any): string {
  const about = event ?? transition;
  const grant =
    about.grantee === null
      ? ""
      : `${about.credential} ${about.grantee.address} ${String(about.purpose).padStart(5, "0")} ${about.contract}`;
  const seq = event?.sequenceNumber ?? transition.cause.sequenceNumber;
  const at = event?.blockTime ?? transition.at;
  return [knownAt, String(chain).replace("eip155:", ""), what, seq, about.kind, at, grant.toLowerCase()].join(" ");
}
