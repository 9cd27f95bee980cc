import type pg from "pg";
import type { Grant } from "../chain/grants.ts";
import type { Launch } from "../process/launch.ts";

/** Where and how one process indexes. */
export interface Run {
  readonly rpc: string;
  /** WebSocket URL of the same node, where heads are to be taken from. */
  readonly ws?: string;
  readonly databaseUrl: string;
  readonly contract: string;
  readonly startBlock: number;
  readonly pollMs: number;
  /** Of its own API, for those that have one. */
  readonly port: number;
}

/** What is asked over and over, by POST. */
export interface Question {
  readonly path: string;
  readonly body: { readonly query: string; readonly variables?: object };
}

/** How many rows of the trail and of the state there are. */
export interface Counts {
  readonly events: number;
  readonly grants: number;
}

/** An indexer that takes part: ours, or a peer. All of them write a row per event and a row per grant. */
export interface Subject {
  readonly key: string;
  readonly title: string;
  /** Which measures make no sense for it, and why. */
  readonly without?: Readonly<Record<string, string>>;
  /** How it learns of a new block soonest; a subscription over WebSocket where nothing is said. */
  readonly fastHeads?: { readonly pollMs: number };
  /** Installs and generates what it needs, once. */
  prepare?(say: (line: string) => void): Promise<unknown>;
  launch(run: Run): Promise<Launch>;
  count(client: pg.Client): Promise<Counts>;
  /** Whether the grant of a credential can be read by SQL: for ours only when answers may rest on it. */
  visible(client: pg.Client, credential: string): Promise<boolean>;
  /** Whether the process's own API tells the grant; undefined where it has none. */
  readonly answers?: (run: Run, credential: string, grantee: string) => Promise<boolean>;
  /** Where its API is a process of its own, that; it is started for nothing but load. */
  launchApi?(run: Run): Launch;
  /** What is asked of its API under load: one grant, and a hundred of a grantee. */
  readonly questions?: (grant: Grant) => Readonly<Record<"point" | "list", Question>>;
  /** Credentials of all grants in its table of state, lower-case hex. */
  credentials(client: pg.Client): Promise<string[]>;
}
