import type { Verification } from "../../config/reading.ts";
import { toHex } from "../../grants/bytes.ts";
import { caip2 } from "../../grants/caip.ts";
import type { ChainHealth } from "../../ops/health.ts";
import { encodeKnownAt } from "../knownAt.ts";
import type { Moment } from "../moment.ts";
import type { Setting } from "../queries/present.ts";
import { exactNumber } from "../scalars/exact.ts";

/** What an export ends with: what was asked, on what it rests, how much there is, and the digest of it. */
export interface Manifest {
  readonly report: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** By which the same export can be had again. */
  readonly knownAt: string;
  /** RFC 3339: the clock of the moment that all rows are of. */
  readonly time: string;
  readonly finality: string;
  /** Whether every chain could be relied on. */
  readonly complete: boolean;
  readonly chains: readonly ManifestChain[];
  readonly rows: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly bytes: number;
  /** Of all bytes before the manifest. */
  readonly sha256: string;
}

interface ManifestChain {
  readonly chain: string;
  readonly status: ChainHealth;
  readonly verification: Verification;
  readonly block: number | string | null;
  readonly blockHash: string | null;
  readonly blockTime: number | string | null;
  readonly finalizedBlock: number | string | null;
}

/** What is known before the first row. */
export type ManifestHead = Omit<Manifest, "rows" | "counts" | "bytes" | "sha256">;

export function manifestHead(
  report: string,
  parameters: Readonly<Record<string, string>>,
  moment: Moment,
  { evaluatedAt, knownAt, complete = false }: Setting,
): ManifestHead {
  const number = (value: bigint | null) => (value === null ? null : exactNumber(value));
  return {
    report,
    parameters,
    knownAt: encodeKnownAt(knownAt),
    time: new Date(moment.clock).toISOString(),
    finality: moment.finality,
    complete,
    chains: evaluatedAt.map(({ chain, health }) => ({
      chain: caip2(chain.chainId),
      status: health,
      verification: chain.verification,
      block: number(chain.indexedNumber),
      blockHash: chain.indexedHash === null ? null : toHex(chain.indexedHash),
      blockTime: number(chain.indexedTime),
      finalizedBlock: number(chain.finalizedNumber),
    })),
  };
}
