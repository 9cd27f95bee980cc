/** Mutants that no test can notice, because no caller can: each with the reason. They are tested nevertheless, not deeply. */
import type { Mutant } from "./mutants.ts";

interface Explained {
  readonly file: string;
  /** The source line that is changed. */
  readonly code: string;
  readonly operators: readonly string[];
  readonly why: string;
}

const LATEST = "Of two equal times either is the latest.";

const EXPLAINED: readonly Explained[] = [
  {
    file: "contracts/CredentialRegistry.sol",
    code: "if (request.replaces != 0) credential.predecessor = older;",
    operators: ["condition always true"],
    why: "Writes the zero that is there: a credential is anchored once. The condition saves the gas.",
  },
  {
    file: "contracts/CredentialRegistry.sol",
    code: "if (request.replaces != 0) {",
    operators: ["condition always true"],
    why: "Reads the successor of the reference 0, which nothing ever writes. The condition saves the gas.",
  },
  {
    file: "contracts/GrantStore.sol",
    code: "if (record.flags() & (HELD | GRANTED_ONWARD) == 0) return record.stateAt(uint64(block.timestamp));",
    operators: ["condition always false", "& to |", "&: right side only", "Return removed"],
    why: "Takes the long way to the same state. The condition saves the gas, which test/contracts/gas.test.ts measures.",
  },
  {
    file: "contracts/types/GrantId.sol",
    code: "let free := mload(0x40)",
    operators: ["constant + 1"],
    why: "Another place of free memory, further on: the hash is that of the same bytes, at more gas.",
  },
  {
    file: "contracts/types/CredentialRef.sol",
    code: "let free := mload(0x40)",
    operators: ["constant + 1"],
    why: "Another place of free memory, further on: the hash is that of the same bytes, at more gas.",
  },
  {
    file: "contracts/types/GrantRecord.sol",
    code: "return record.stateAt(time, NEVER, 0);",
    operators: ["constant + 1"],
    why: "A hold until second 1 lengthens only what ends at second 0, and without a parent nothing does: 0 stands for no end.",
  },
  {
    file: "contracts/types/GrantRecord.sol",
    code: "if (end < holdUntil) end = holdUntil;",
    operators: ["< to <="],
    why: LATEST,
  },
  { file: "contracts/types/GrantRecord.sol", code: "if (end < lock) end = lock;", operators: ["< to <="], why: LATEST },
  {
    file: "contracts/types/GrantRecord.sol",
    code: "if (expiry != 0 && expiry < end) end = expiry;",
    operators: ["< to <="],
    why: LATEST,
  },
  {
    file: "contracts/types/GrantRecord.sol",
    code: "if (revocation != 0 && revocation < end) end = revocation;",
    operators: ["< to <="],
    why: LATEST,
  },
  {
    file: "contracts/types/Holds.sol",
    code: "} else if (hold.until > newest) {",
    operators: ["> to >="],
    why: LATEST,
  },
  {
    file: "contracts/types/Holds.sol",
    code: "if (one > until) until = one;",
    operators: ["> to >="],
    why: LATEST,
  },
  {
    file: "contracts/types/GrantBounds.sol",
    code: "if (max < carriedLock) max = carriedLock;",
    operators: ["< to <="],
    why: LATEST,
  },
  {
    file: "contracts/GrantStore.sol",
    code: "if (agreedEnd > block.timestamp && lockedUntil < agreedEnd) lockedUntil = agreedEnd;",
    operators: ["< to <="],
    why: LATEST,
  },
  {
    file: "contracts/signing/Signatures.sol",
    code: "if (signer.code.length == 0) return false;",
    operators: ["Return removed", "condition always false"],
    why: "A call to an account without code succeeds with no answer, which is no yes. The condition saves the gas.",
  },
];

/** Why no test can notice it, if that is known. */
export function reasonFor({ file, code, operator }: Mutant): string | undefined {
  return EXPLAINED.find((one) => one.file === file && one.code === code && one.operators.includes(operator))?.why;
}
