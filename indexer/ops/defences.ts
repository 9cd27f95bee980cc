/**
 * The defences against nodes, crashes and reorgs that a test can switch off one by one, to show that each is needed: without
 * it the matching fault gets something wrong into the ledger (docs/SIMULATION.md). Nowhere else: the variable counts only
 * under NODE_ENV=test, and a configuration is refused where it is set without.
 */
export const DEFENCE_NAMES = [
  /** A block's parent is the block before. */
  "links",
  /** The block at our height is ours: a branch that is no longer than ours is seen at once. */
  "headHash",
  /** What is seen once is not a reorg yet. */
  "secondLook",
  /** What was final does not change: the chain is quarantined. */
  "finality",
  /** The endpoint serves the chain that is configured. */
  "chainId",
  /** A block whose bloom filter announces logs has some. */
  "bloom",
  /** A log is of the very block that its header is of. */
  "logHash",
  /** A log is of a contract that was asked for. */
  "logAddress",
  /** A log is there once. */
  "logTwice",
  /** VERIFIED: a header is what its hash was made of. */
  "headerHash",
  /** VERIFIED: receipts are those of the header's root. */
  "receiptsRoot",
  /** RANGED: two endpoints give the same logs of final history. */
  "rangesCompared",
  /** A contract can only say what its own code says. */
  "ownLayout",
  /** The changes of a thing follow each other without gaps. */
  "sequence",
  /** What a dropped block held is retracted. */
  "retraction",
  /** Events and cursor move together. */
  "oneTransaction",
] as const;
export type DefenceName = (typeof DEFENCE_NAMES)[number];

const VARIABLE = "GRANTLEDGER_DEFENCES_OFF";

/** Which defences stand: all of them, but for those that a test names. */
export function defencesOf(environment: NodeJS.ProcessEnv): Readonly<Record<DefenceName, boolean>> {
  const off = environment["NODE_ENV"] === "test" ? (environment[VARIABLE] ?? "").split(",") : [];
  return Object.fromEntries(DEFENCE_NAMES.map((name) => [name, !off.includes(name)])) as Record<DefenceName, boolean>;
}

/** Why a configuration cannot be used with this environment, if defences are to be off in it. */
export const refusedDefences = (environment: NodeJS.ProcessEnv): string | undefined =>
  environment[VARIABLE] === undefined || environment["NODE_ENV"] === "test"
    ? undefined
    : `${VARIABLE} is set, which switches off what keeps the ledger right: remove it`;

export const DEFENCES = defencesOf(process.env);
