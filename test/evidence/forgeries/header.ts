import { rlpString } from "../../../indexer/evidence/rlpDigits.ts";
import { bytes32 } from "../../api/world.ts";
import { altered, encodedFields, type Forgeries, GOOD, invented, items, otherDigit, rehashed } from "./forging.ts";

/** Headers that are not the block's, or no header. */
export const HEADER_FORGERIES: Forgeries = {
  "a header field that is said to be otherwise": [
    "HEADER_FIELDS",
    () =>
      Object.keys(GOOD.block.header).map((name) =>
        altered(({ block }) => {
          block.header[name] = otherDigit(block.header[name] ?? "");
        }),
      ),
  ],
  "a header field that is not there": [
    "HEADER_FIELDS",
    () =>
      altered(({ block }) => {
        block.header["requestsHash"] = bytes32(9);
      }),
  ],
  "a header field that is left out": [
    "HEADER_FIELDS",
    () => altered(({ block }) => void delete block.header["parentBeaconBlockRoot"]),
  ],
  "a header field that is altered where it is hashed": [
    "BLOCK_HASH",
    () =>
      encodedFields().map((field, i) =>
        altered(({ block }) => {
          block.rlp = items((all) => all.with(i, field.length === 2 ? "05" : otherDigit(field)));
        }),
      ),
  ],
  "another hash": [
    "BLOCK_HASH",
    () =>
      altered(({ block }) => {
        block.hash = otherDigit(block.hash);
      }),
  ],
  "a header with a byte after it, hashed": ["HEADER_ENCODING", () => rehashed(`${GOOD.block.rlp}00`)],
  "a header that is not canonical, hashed": [
    "HEADER_ENCODING",
    () => [
      // A number with a zero in front, a byte with a prefix that it does not need, a length in too many bytes.
      rehashed(items((all) => all.with(8, rlpString("000abcde")))),
      rehashed(items((all) => all.with(15, "8107"))),
      rehashed(`0xfa00${GOOD.block.rlp.slice(4)}`),
    ],
  ],
  "a header that is no header, hashed": [
    "HEADER_ENCODING",
    () => [
      rehashed("0x80"),
      rehashed("0x"),
      rehashed("0xc0"),
      rehashed(items((all) => all.slice(0, 14))),
      rehashed(items((all) => [...all, ...Array(10).fill(rlpString("01"))])),
      rehashed(items((all) => all.with(2, rlpString("00".repeat(19))))),
      rehashed(items((all) => all.with(2, "c0"))),
    ],
  ],
  "a header with a giant number, hashed": [
    "HEADER_ENCODING",
    () => [8, 11].map((i) => rehashed(items((all) => all.with(i, rlpString("ff".repeat(9)))))),
  ],
  "another number of the block": [
    "BLOCK_FACTS",
    () =>
      altered(({ block }) => {
        block.number = "1";
      }),
  ],
  "another time of the block": [
    "BLOCK_FACTS",
    () =>
      altered(({ block }) => {
        block.time = "1";
      }),
  ],
  "a made-up block with the root of other receipts": [
    "RECEIPT_PROOF",
    () => invented({ header: { receiptsRoot: bytes32(9) } }),
  ],
};
