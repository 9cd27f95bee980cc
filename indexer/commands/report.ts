/** What a command says: lines for people, or one JSON value for programs. */
export interface Report {
  readonly json: boolean;
  /** For people, as it goes. Left out with `--json`. */
  line(text: string): void;
  /** How far long work has come: on standard error, where it disturbs nobody who reads the result. */
  progress(text: string): void;
  /** The result: printed with `--json` alone, once. */
  result(value: object): void;
}

/** Standard output or standard error, or what stands for them. */
export interface Output {
  write(text: string): unknown;
}

export function createReport(json: boolean, out: Output, err: Output): Report {
  return {
    json,
    line: (text) => {
      if (!json) out.write(`${text}\n`);
    },
    progress: (text) => void err.write(`${text}\n`),
    result: (value) => {
      if (json) out.write(`${JSON.stringify(value, exact, 2)}\n`);
    },
  };
}

/** Numbers of 64 bits stay exact as text; below 2^53, as every block number is, they are numbers. */
function exact(_key: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}
