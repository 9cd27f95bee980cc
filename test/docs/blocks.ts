import { readFileSync } from "node:fs";

/** The fenced blocks of a document, in their order. */

export interface Block {
  readonly language: string;
  readonly text: string;
}

export interface Shown extends Block {
  /** What is shown to come of it: the block of this kind right after. */
  readonly comes: Block | undefined;
}

const RESULTS: readonly string[] = ["json", "text"];

/** Everything that can be run, with what is shown to come of it. */
export function runnable(page: string): Shown[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
    ([, language = "", content = ""]): Block => ({ language, text: content }),
  );
  return blocks.flatMap((block, i) => {
    const next = blocks[i + 1];
    if (RESULTS.includes(block.language)) return [];
    return [{ ...block, comes: next !== undefined && RESULTS.includes(next.language) ? next : undefined }];
  });
}
