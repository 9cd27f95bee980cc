/** What a deployment would do on a chain, and what that costs: the dry run. */
import { Contract, formatEther, formatUnits, type Provider } from "ethers";
import { explain } from "../indexer/ops/errors.ts";
import { DETERMINISTIC_DEPLOYER, deployerCallData } from "./artifact.ts";
import type { ChainRecord } from "./chainRecord.ts";
import { checkChainTakesUs } from "./deployer.ts";
import { executionDelay, memberOf, ROLES, type Role } from "./governance.ts";
import { seconds } from "./governanceState.ts";
import { type Inspection, inspect } from "./inspect.ts";
import type { Suite } from "./suite.ts";

/** What the set-up takes, measured: it cannot be estimated before the manager is there. A test holds it near the truth. */
export const SET_UP_GAS = 400_000n;

export interface Step {
  readonly what: string;
  readonly to: string;
  readonly data: string;
  readonly gas: bigint;
}

export interface Preview {
  readonly chain: ChainRecord;
  readonly suite: Suite;
  readonly deployer: string;
  readonly balance: bigint;
  readonly gasPrice: bigint;
  readonly inspection: Inspection;
  /** The transactions that the deployer would send. */
  readonly steps: readonly Step[];
  /** The fee for the layer below, where it is not part of the gas; a string says why it is not known. */
  readonly l1Fee: bigint | string;
  readonly cost: bigint;
  /** Whether the admin is a contract on this chain. */
  readonly adminHasCode: boolean;
}

export async function preview(
  provider: Provider,
  chain: ChainRecord,
  suite: Suite,
  deployer: string,
): Promise<Preview> {
  const inspection = await inspect(provider, suite);
  const { admin } = suite.governance;
  const steps: Step[] = [];
  if (inspection.governance !== "set up") await checkChainTakesUs(provider);
  for (const { name, address, initCode } of suite.contracts) {
    if (inspection.deployed.has(name)) continue;
    const transaction = { to: DETERMINISTIC_DEPLOYER, data: deployerCallData(initCode) };
    const gas = await provider.estimateGas({ ...transaction, from: deployer });
    steps.push({ what: `deploy ${name} to ${address}`, ...transaction, gas });
  }
  if (deployer === admin && (inspection.governance === "absent" || inspection.governance === "open")) {
    const gas =
      inspection.governance === "open" ? await provider.estimateGas({ ...suite.setUp, from: admin }) : SET_UP_GAS;
    steps.push({ what: "set up the governance", ...suite.setUp, gas });
  }
  const fees = await provider.getFeeData();
  const gasPrice = fees.gasPrice ?? fees.maxFeePerGas ?? 0n;
  const l1Fee = await l1FeeOf(provider, chain, steps);
  const execution = steps.reduce((sum, { gas }) => sum + gas, 0n) * gasPrice;
  return {
    chain,
    suite,
    deployer,
    balance: await provider.getBalance(deployer),
    gasPrice,
    inspection,
    steps,
    l1Fee,
    cost: execution + (typeof l1Fee === "bigint" ? l1Fee : 0n),
    adminHasCode: (await provider.getCode(admin)) !== "0x",
  };
}

async function l1FeeOf(provider: Provider, chain: ChainRecord, steps: readonly Step[]): Promise<bigint | string> {
  if (chain.l1FeeOracle === undefined) return 0n;
  const oracle = new Contract(chain.l1FeeOracle, ["function getL1Fee(bytes) view returns (uint256)"], provider);
  try {
    let fee = 0n;
    for (const { data } of steps) fee += (await oracle.getFunction("getL1Fee").staticCall(data)) as bigint;
    return fee;
  } catch (error) {
    return `without the fee of the layer below, which ${chain.l1FeeOracle} does not tell: ${explain(error)}`;
  }
}

/** The dry run in words. */
export function describePreview(view: Preview): string[] {
  const { chain, suite, deployer, steps, inspection } = view;
  const { governance } = suite;
  const money = (amount: bigint) => `${formatEther(amount)} ${chain.currency}`;
  const lines = [
    `${chain.name} (${chain.network}, chain ${chain.chainId})`,
    `  deployer   ${deployer}, has ${money(view.balance)}`,
    ...(Object.keys(ROLES) as Role[]).map((role) => {
      const delay = seconds(executionDelay(role, governance.delays));
      const kind = role === "ADMIN" ? (view.adminHasCode ? ", a contract" : ", has no code on this chain") : "";
      return `  ${role.toLowerCase().padEnd(10)} ${memberOf(role, governance)}, ${delay}${kind}`;
    }),
    ...suite.contracts.map(
      ({ name, address }) => `  ${address} ${name}: ${inspection.deployed.has(name) ? "is there" : "to be deployed"}`,
    ),
    `  governance ${describeGovernance(view)}`,
  ];
  if (steps.length === 0) return [...lines, "  nothing to send"];
  lines.push(...steps.map(({ what, gas }) => `  would send: ${what}, ${gas} gas`));
  lines.push(
    `  at ${formatUnits(view.gasPrice, "gwei")} gwei this costs about ${money(view.cost)}` +
      (typeof view.l1Fee === "string" ? `, ${view.l1Fee}` : ""),
  );
  if (!affordable(view)) lines.push("  the deployer cannot pay that: send it funds");
  return lines;
}

export function affordable({ balance, cost }: Preview): boolean {
  return balance >= cost;
}

function describeGovernance({ suite, deployer, inspection }: Preview): string {
  if (inspection.governance === "set up") return "is set up";
  if (inspection.governance !== "other")
    return deployer === suite.governance.admin ? "to be set up" : "to be set up by the admin, who is not the deployer";
  const list = inspection.differences.map(({ what, expected, found }) => `${what}: ${found}, expected ${expected}`);
  return `is set up otherwise: ${list.join("; ")}`;
}
