import { getAddress, isAddress, ZeroAddress } from "ethers";
import { OperatorError } from "../indexer/ops/errors.ts";
import type { ChainRecord } from "./chainRecord.ts";
import { type Governance, governedBy } from "./governance.ts";

const VARIABLES = {
  admin: "GRANTLEDGER_ADMIN",
  guardian: "GRANTLEDGER_GUARDIAN",
  registrar: "GRANTLEDGER_REGISTRAR",
  suspender: "GRANTLEDGER_SUSPENDER",
} as const;

/** Default on public chains. docs/OPERATORS.md says why. */
const TWO_DAYS = 2 * 86_400;
/** A delay in milliseconds shows here; a longer one would only keep mistakes from being mended. */
const LONGEST_DELAY = 30 * 86_400;

/**
 * Who shall govern on a chain, from the environment: GRANTLEDGER_ADMIN, _GUARDIAN, _REGISTRAR, _SUSPENDER and
 * GRANTLEDGER_DELAY in seconds. On a local chain the deployer plays whoever is not named, without delays.
 *
 * @throws OperatorError naming every problem at once
 */
export function governanceFrom(environment: NodeJS.ProcessEnv, chain: ChainRecord, deployer: string): Governance {
  const problems: string[] = [];
  const local = chain.kind === "local";
  const account = (party: keyof typeof VARIABLES): string => {
    const given = environment[VARIABLES[party]];
    if (given === undefined && local) return deployer;
    if (given === undefined || !isAddress(given) || getAddress(given) === ZeroAddress) {
      problems.push(`${VARIABLES[party]} is ${given ?? "not given"}, expected the address of the ${party}`);
      return ZeroAddress;
    }
    return getAddress(given);
  };
  const parties = {
    admin: account("admin"),
    guardian: account("guardian"),
    registrar: account("registrar"),
    suspender: account("suspender"),
  };
  const text = environment["GRANTLEDGER_DELAY"] ?? (local ? "0" : String(TWO_DAYS));
  const delay = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(delay <= LONGEST_DELAY))
    problems.push(`GRANTLEDGER_DELAY is ${text}, expected seconds, at most ${LONGEST_DELAY} (30 days)`);
  if (problems.length > 0)
    throw new OperatorError(
      `${chain.name}: it is not said who shall govern:\n${problems.map((problem) => `  - ${problem}`).join("\n")}\n` +
        `The same admin has to be given on every chain: its address decides those of the contracts`,
    );
  return {
    ...governedBy(deployer),
    ...parties,
    delays: { registrar: delay, admin: delay, grant: delay, target: delay },
  };
}
