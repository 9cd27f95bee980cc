import type { FunctionFragment, Interface, ParamType, Result } from "ethers";
import type { NamedValue } from "./eventDetails.ts";

/** Reading the call that the governance scheduled: which function, with what. */

const DETAILS = "(uint8 kinds, bytes2 jurisdiction, bytes20 lei, string name, string uri) details";

/** What can be scheduled: the functions of EntityRegistry, and those of OpenZeppelin's AccessManager and AccessManaged. */
export const SCHEDULABLE = [
  `function register(address account, ${DETAILS})`,
  `function amend(address account, ${DETAILS})`,
  "function suspend(address account, uint8 reason)",
  "function reinstate(address account, uint8 reason)",
  "function withdraw(address account, uint8 reason)",
  "function setAuthority(address authority)",
  "function labelRole(uint64 roleId, string label)",
  "function grantRole(uint64 roleId, address account, uint32 executionDelay)",
  "function revokeRole(uint64 roleId, address account)",
  "function setRoleAdmin(uint64 roleId, uint64 admin)",
  "function setRoleGuardian(uint64 roleId, uint64 guardian)",
  "function setGrantDelay(uint64 roleId, uint32 newDelay)",
  "function setTargetFunctionRole(address target, bytes4[] selectors, uint64 roleId)",
  "function setTargetAdminDelay(address target, uint32 newDelay)",
  "function setTargetClosed(address target, bool closed)",
  "function updateAuthority(address target, address newAuthority)",
  "function execute(address target, bytes data)",
  "function cancel(address caller, address target, bytes data)",
  "function multicall(bytes[] data)",
] as const;

export interface Call {
  readonly name: string;
  readonly arguments: readonly NamedValue[];
}

let known: Promise<Interface> | undefined;

/** Loaded when first needed: few ever ask for scheduled calls. */
function abi(): Promise<Interface> {
  known ??= import("ethers").then(({ Interface }) => new Interface(SCHEDULABLE));
  return known;
}

/**
 * The call, its structs flattened to their fields.
 * @returns undefined when it is none that is known here; whoever shows it shows the bytes too.
 */
export async function readCall(data: Uint8Array): Promise<Call | undefined> {
  const functions = await abi();
  const fragment = functions.getFunction(hex(data.subarray(0, 4)));
  if (fragment === null) return undefined;
  const values = decode(functions, fragment, data);
  return values && { name: fragment.name, arguments: flatten(fragment.inputs, values) };
}

function decode(functions: Interface, fragment: FunctionFragment, data: Uint8Array): Result | undefined {
  try {
    return functions.decodeFunctionData(fragment, data);
  } catch {
    // Anybody with the right to schedule can schedule bytes that mean nothing.
    return undefined;
  }
}

function flatten(inputs: readonly ParamType[], values: Result, prefix = ""): NamedValue[] {
  return inputs.flatMap((input, i) => {
    const name = `${prefix}${input.name}`;
    const value: unknown = textOf(values, i);
    if (input.components !== null && input.baseType === "tuple")
      return flatten(input.components, value as Result, `${name}.`);
    return [{ name, type: input.type, value: show(value) }];
  });
}

/** A string that is no UTF-8 throws when it is read, and not before. */
function textOf(values: Result, index: number): unknown {
  try {
    return values[index];
  } catch {
    return "\u{fffd}";
  }
}

const show = (value: unknown): string => (Array.isArray(value) ? `[${value.map(show).join(", ")}]` : String(value));

const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;
