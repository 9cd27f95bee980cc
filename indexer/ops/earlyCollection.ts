import { setFlagsFromString } from "node:v8";

/**
 * What is read of a chain's history lives just long enough to be promoted, and V8 lets the old generation grow to several times what
 * lives in it before it collects that. While history is read it is collected when it has grown by two fifths: a fifth less
 * memory, for some of the speed. Not for longer, since answers would pay a quarter of theirs: docs/BENCHMARKS.md.
 *
 * The flag is read at each collection (V8's MemoryController), so that it may change while the process runs; 0 is V8's own way.
 */
const GROWTH_PERCENT = 40;
let wanted = 0;

/** Collects early until the returned function is called, by whoever else wants it too. */
export function collectEarly(): () => void {
  if (++wanted === 1) setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  let given = false;
  return () => {
    if (given) return;
    given = true;
    if (--wanted === 0) setFlagsFromString("--heap-growing-percent=0");
  };
}
