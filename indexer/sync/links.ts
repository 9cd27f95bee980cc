import { RetryableError } from "../ops/errors.ts";
import type { Header } from "../rpc/answers.ts";
import { linksTo } from "./window.ts";

/** @throws RetryableError unless each block's parent is the block before. */
export function assertLinked(headers: readonly Header[]): void {
  for (let i = 1; i < headers.length; i++) {
    const [parent, child] = [headers[i - 1], headers[i]];
    if (parent && child && !linksTo(child, parent))
      throw new RetryableError(`the node's block ${child.number} does not link to its block ${parent.number}`);
  }
}
