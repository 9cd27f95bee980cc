import { Counter, Histogram, type Registry } from "prom-client";
import { type ChainObserver, WRITE_STEPS } from "../chainObserver.ts";
import { DISBELIEFS } from "../disbelief.ts";
import { named } from "./naming.ts";

/** Sizes of batches: blocks and events grow by the order of magnitude. */
const SIZES = [0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000];
const DEPTHS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const WRITE_SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

/** What the runners of this process did. */
export class SyncMetrics {
  readonly #reorgs;
  readonly #depth;
  readonly #retracted;
  readonly #disbelieved;
  readonly #blocks;
  readonly #events;
  readonly #write;

  constructor(registry: Registry) {
    const of = named(registry);
    this.#reorgs = new Counter(of("reorgs_total", "Reorgs that were followed", "chain"));
    this.#depth = new Histogram({
      ...of("reorg_depth_blocks", "Blocks that a reorg dropped", "chain"),
      buckets: DEPTHS,
    });
    this.#retracted = new Counter(of("retracted_events_total", "Events that were retracted", "chain"));
    this.#disbelieved = new Counter(
      of("verification_failures_total", "Answers of nodes that were not believed, by why", "chain", "kind"),
    );
    this.#blocks = new Histogram({ ...of("batch_blocks", "Blocks added in a transaction", "chain"), buckets: SIZES });
    this.#events = new Histogram({ ...of("batch_events", "Events added in a transaction", "chain"), buckets: SIZES });
    this.#write = new Histogram({
      ...of("write_duration_seconds", "Time of a transaction of the writer, by what it wrote", "chain", "step"),
      buckets: WRITE_SECONDS,
    });
  }

  /** @param chain as CAIP-2. */
  observer(chain: string): ChainObserver {
    // From the start, so that the first one is a rise and not a new series that no alert sees.
    this.#reorgs.inc({ chain }, 0);
    this.#retracted.inc({ chain }, 0);
    for (const kind of DISBELIEFS) this.#disbelieved.inc({ chain, kind }, 0);
    for (const step of WRITE_STEPS) this.#write.zero({ chain, step });
    return {
      wrote: (step, seconds) => this.#write.observe({ chain, step }, seconds),
      added: (blocks, events) => {
        this.#blocks.observe({ chain }, blocks);
        this.#events.observe({ chain }, events);
      },
      reorganised: (depth) => {
        this.#reorgs.inc({ chain });
        this.#depth.observe({ chain }, depth);
      },
      retracted: (events) => this.#retracted.inc({ chain }, events),
      disbelieved: (kind) => this.#disbelieved.inc({ chain, kind }),
    };
  }
}
