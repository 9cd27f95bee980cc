import type { Bundle } from "./bundle.ts";

/** What whoever checks evidence knows from elsewhere. */
export interface Expectations {
  /** CAIP-2. */
  readonly chain: string | undefined;
  /** Lower-case hex. */
  readonly contract: string | undefined;
}

/** Good evidence of something else is no evidence of what was asked about. */
export function contradictions({ chain, log }: Bundle, expected: Expectations): string[] {
  const against: string[] = [];
  if (expected.chain !== undefined && expected.chain !== chain)
    against.push(`it is of chain ${chain}, expected ${expected.chain}`);
  if (expected.contract !== undefined && expected.contract !== log.address)
    against.push(`it is of contract ${log.address}, expected ${expected.contract}`);
  return against;
}
