import type { Bundle } from "../../../indexer/evidence/bundle.ts";
import { textOf } from "../madeBlock.ts";
import { altered, type Forgeries, GOOD, set, textsOf } from "./forging.ts";

/** Text that is no bundle, or was altered without more. */
export const SHAPE_FORGERIES: Forgeries = {
  "a key that nobody knows": [
    "SHAPE",
    () =>
      [["more"], ["block", "more"], ["block", "header", "more"], ["claims", "more"]].map((path) =>
        altered((draft) => set(draft, path, "0x")),
      ),
  ],
  "a part that is left out": [
    "SHAPE",
    () =>
      Object.keys(GOOD)
        .filter((key) => key !== "format" && key !== "version")
        .map((key) => {
          const { [key as keyof Bundle]: _, ...rest } = GOOD;
          return textOf(rest);
        }),
  ],
  "capitals in hex, which say the same": [
    "SHAPE",
    () =>
      altered(({ block }) => {
        block.rlp = block.rlp.toUpperCase().replace("0X", "0x");
      }),
  ],
  "half a byte": [
    "SHAPE",
    () => [
      altered(({ log }) => {
        log.data += "0";
      }),
      altered(({ receipt }) => {
        receipt.rlp += "f";
      }),
    ],
  ],
  "letters that look like digits": [
    "SHAPE",
    () =>
      altered(({ log }) => {
        log.data = log.data.replace("0x0", "0x\uff10");
      }),
  ],
  "giant numbers": [
    "SHAPE",
    () => [
      altered((draft) => set(draft, ["receipt", "index"], 2 ** 31)),
      altered((draft) => set(draft, ["log", "index"], Number.MAX_SAFE_INTEGER)),
      altered((draft) => set(draft, ["block", "number"], "9".repeat(400))),
      altered((draft) => set(draft, ["block", "header", "number"], `0x${"f".repeat(65)}`)),
      altered((draft) => set(draft, ["chain"], `eip155:${"9".repeat(30)}`)),
    ],
  ],
  "numbers that are none": [
    "SHAPE",
    () => [-1, 0.5, "1", null, true].map((value) => altered((draft) => set(draft, ["receipt", "index"], value))),
  ],
  "more nodes than a trie is deep": [
    "SHAPE",
    () => altered(({ receipt }) => void receipt.proof.push(...Array(20).fill("0x80"))),
  ],
  "an alteration that is not sealed": [
    "DIGEST",
    () =>
      [...textsOf(GOOD.claims)].flatMap((path) => {
        const draft = structuredClone(GOOD);
        const value = path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], draft.claims);
        const other =
          { VERIFIED: "LINKED", FINALIZED: "SAFE" }[String(value)] ??
          String(value).replace(/\d(?=\D*$)/, (digit) => (digit === "1" ? "2" : "1"));
        if (value === null) return [];
        set(draft.claims, path, other);
        return [textOf(draft)];
      }),
  ],
};
