import { readFileSync, statSync } from "node:fs";
import { parseArgs } from "node:util";
import { askNode, type NodeAnswer } from "../../indexer/evidence/askNode.ts";
import type { Bundle } from "../../indexer/evidence/bundle.ts";
import { contradictions, type Expectations } from "../../indexer/evidence/expectations.ts";
import { notProven, proven, summary } from "../../indexer/evidence/findings.ts";
import { type Reason, Rejection } from "../../indexer/evidence/rejection.ts";
import { MAX_BYTES } from "../../indexer/evidence/strictJson.ts";
import { verifyBundle } from "../../indexer/evidence/verifyBundle.ts";

export const EXIT = {
  /** The evidence is what it claims to be, and nothing that was asked about it is otherwise. */
  verified: 0,
  /** It is not, or not of what was expected, or the node that was asked has another block. */
  refused: 1,
  /** It could not be checked: the command was not understood, the file not read, the node not reached. */
  unchecked: 2,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

const USAGE = `usage: npm run verify-evidence -- <file.json> [--rpc <url>] [--chain eip155:<number>] [--contract 0x…] [--json]

  --rpc       also asks this node whether the block is in its chain; without it nothing is asked of anybody
  --chain     the chain that the evidence has to be of
  --contract  the contract that the evidence has to be of
  --json      the result as JSON on standard output
Exit codes: 0 verified, 1 refused, 2 could not be checked.`;

/** Where words go. */
interface Terminal {
  say(line?: string): void;
  complain(line: string): void;
}

export async function runVerification(argv: readonly string[], { say, complain }: Terminal): Promise<Exit> {
  const options = optionsOf(argv);
  if (options === undefined) {
    complain(USAGE);
    return EXIT.unchecked;
  }
  const { file, rpc, json, expected } = options;
  let bundle: Bundle;
  let answer: NodeAnswer | undefined;
  try {
    bundle = verifyBundle(read(file));
    answer = rpc === undefined ? undefined : await askNode(rpc, bundle);
  } catch (error) {
    if (error instanceof Rejection) {
      if (json) say(refusal(error.reason, error.message));
      else complain(`REFUSED (${error.reason}): ${error.message}`);
      return EXIT.refused;
    }
    complain(`could not be checked: ${error instanceof Error ? error.message : error}`);
    return EXIT.unchecked;
  }
  const against = [...contradictions(bundle, expected), ...(answer?.contradictions ?? [])];
  if (json) {
    const result = against.length === 0 ? "verified" : "refused";
    const { event, claims } = bundle;
    say(
      JSON.stringify(
        { result, against, proven: proven(bundle), notProven: notProven(bundle, answer), event, claims },
        null,
        2,
      ),
    );
  } else {
    for (const line of summary(bundle)) say(line);
    say("\nProven, by hashes alone:");
    for (const line of proven(bundle)) say(`  - ${line}`);
    if (answer !== undefined) for (const line of answer.confirmed) say(`  - (by the node you named) ${line}`);
    say("\nNot proven:");
    for (const line of notProven(bundle, answer)) say(`  - ${line}`);
    for (const line of against) complain(`\nREFUSED: ${line}`);
    if (against.length === 0) say("\nVERIFIED");
  }
  return against.length === 0 ? EXIT.verified : EXIT.refused;
}

const refusal = (reason: Reason, message: string): string =>
  JSON.stringify({ result: "refused", reason, message }, null, 2);

/** Not more than would be looked at: a file of any size can be named. */
function read(file: string): Uint8Array {
  const { size } = statSync(file);
  if (size > MAX_BYTES)
    throw new Rejection("TOO_LARGE", `${file} has ${size} bytes, at most ${MAX_BYTES} are looked at`);
  return readFileSync(file);
}

interface Options {
  readonly file: string;
  readonly rpc: string | undefined;
  readonly json: boolean;
  readonly expected: Expectations;
}

function optionsOf(argv: readonly string[]): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...{ rpc: { type: "string" }, chain: { type: "string" }, contract: { type: "string" } },
        json: { type: "boolean", default: false },
      } as const,
    });
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) return undefined;
    if (values.rpc !== undefined && !/^https?:\/\//.test(values.rpc)) return undefined;
    const { rpc, json, chain, contract } = values;
    return { file, rpc, json, expected: { chain, contract: contract?.toLowerCase() } };
  } catch {
    return undefined;
  }
}
