/** What Slither finds and why it stays, by its detector; `places` where the reason is one of those functions only. */
export const ACCEPTED: Readonly<Record<string, { readonly why: string; readonly places?: readonly string[] }>> = {
  timestamp: {
    why:
      "Time is the subject: terms are in days and years. A proposer can move a block's time by seconds, which nobody gains " +
      "from; what needs an order within a second is ordered by `sequence`, and a parent granted in the same second is refused.",
  },
  "incorrect-equality": {
    why:
      "Flags, states, ids and the `grantedAt` of a period are compared for identity. Slither takes them for amounts since " +
      "they come from records that hold times; no balance and no block time is compared for equality.",
  },
  "unused-return": {
    why: "The third value of ECDSA.tryRecoverCalldata only details the failure, which is an error code already.",
    places: ["isValid"],
  },
  "low-level-calls": {
    why: "ERC-1271 by a typed call would revert where an account answers with something that is no bytes4.",
    places: ["isValid"],
  },
  assembly: {
    why: "Shortens an array in memory to what was filled, which Solidity has no words for; memory-safe, and tested.",
    places: ["standing"],
  },
  "naming-convention": {
    why: "An immutable is written as the constant that it is, which solhint asks for.",
    places: ["_ENTITIES"],
  },
};
