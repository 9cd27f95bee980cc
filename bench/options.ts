import { parseArgs } from "node:util";

/** What there is to measure, in the order in which it is done. */
export const PARTS = ["floors", "backfill", "delayed", "restart", "latency", "answers", "takeover", "reorgs"] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  readonly only: readonly Part[];
  /** Keys of the subjects, ours first. */
  readonly subjects: readonly string[];
  readonly blocks: number;
  readonly runs: number;
  /** Blocks mined for each latency. */
  readonly samples: number;
  /** Of load for each question. */
  readonly seconds: number;
  readonly delayMs: number;
  /** Where the figures go as JSON. */
  readonly json: string;
  /** Where the plot goes; none without. */
  readonly plot: string | undefined;
}

export const USAGE = `usage: npm run bench -- [options]
  --only ${PARTS.join(",")}
  --peers envio,subsquid,ponder,ponder-tuned    which peers, or none; all without
  --modes linked,verified,ranged                 how we read; all without
  --blocks 2000    of 100 events each
  --runs 3         of each measure; the median counts
  --samples 100    blocks for each latency
  --seconds 10     of load for each question
  --delay 50       milliseconds added to each RPC answer
  --json FILE      default bench/results/bench.json
  --plot FILE      an SVG of what was measured`;

/** @throws Error that says what is wrong. */
export function parseOptions(
  args: readonly string[],
  known: { modes: readonly string[]; peers: readonly string[] },
): BenchOptions {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: text,
      peers: text,
      modes: text,
      blocks: text,
      runs: text,
      samples: text,
      seconds: text,
      delay: text,
      json: text,
      plot: text,
    },
  });
  const count = (name: "blocks" | "runs" | "samples" | "seconds" | "delay", otherwise: number): number => {
    const value = Number(values[name] ?? otherwise);
    if (!Number.isInteger(value) || value < (name === "delay" ? 0 : 1))
      throw new Error(`--${name}: expected a whole number`);
    return value;
  };
  return {
    only: chosen("only", values.only, PARTS),
    subjects: [...chosen("modes", values.modes, known.modes), ...chosen("peers", values.peers, known.peers)],
    blocks: count("blocks", 2_000),
    runs: count("runs", 3),
    samples: count("samples", 100),
    seconds: count("seconds", 10),
    delayMs: count("delay", 50),
    json: values.json ?? "bench/results/bench.json",
    plot: values.plot,
  };
}

function chosen<T extends string>(name: string, given: string | undefined, known: readonly T[]): T[] {
  if (given === undefined) return [...known];
  const words = given === "none" ? [] : given.split(",");
  const unknown = words.find((word) => !known.includes(word as T));
  if (unknown !== undefined) throw new Error(`--${name}: there is no ${unknown}, only ${known.join(", ")}`);
  return known.filter((word) => words.includes(word));
}
