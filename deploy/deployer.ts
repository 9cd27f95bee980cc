/** Transactions of a deployment: how they are sent, and what stands in the way of sending them. */
import { isError, type Provider, type Signer, type TransactionReceipt } from "ethers";
import { OperatorError, RetryableError } from "../indexer/ops/errors.ts";
import { DETERMINISTIC_DEPLOYER } from "./artifact.ts";

/** The code of the deterministic deployer, as github.com/Arachnid/deterministic-deployment-proxy deploys it. */
const DEPLOYER_CODE =
  "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

/** PUSH0 PUSH0 RETURN: creates nothing, on a chain that knows PUSH0. */
const PUSH0_PROBE = "0x5f5ff3";

/**
 * @throws OperatorError there is no deterministic deployer, or something else in its place, or the chain lacks an
 * instruction of our code
 */
export async function checkChainTakesUs(provider: Provider): Promise<void> {
  const code = await provider.getCode(DETERMINISTIC_DEPLOYER);
  if (code === "0x")
    throw new OperatorError(
      `this chain has no deterministic deployer at ${DETERMINISTIC_DEPLOYER}, so the contracts cannot get the addresses ` +
        `they have elsewhere. Put it there first: github.com/Arachnid/deterministic-deployment-proxy says how, it is one ` +
        `transaction that is signed already`,
    );
  if (code !== DEPLOYER_CODE)
    throw new OperatorError(
      `at ${DETERMINISTIC_DEPLOYER} this chain has other code than the deterministic deployer: ${code}. Nothing was sent`,
    );
  const answer = await provider.call({ data: PUSH0_PROBE }).catch((cause: unknown) => {
    if (!isError(cause, "CALL_EXCEPTION") && !isError(cause, "UNKNOWN_ERROR")) throw cause;
    throw new OperatorError("this chain does not know the instruction PUSH0 (Shanghai), which our code has", { cause });
  });
  if (answer !== "0x")
    throw new OperatorError(`this chain answers PUSH0 PUSH0 RETURN with ${answer}, expected nothing`);
}

export interface Waiting {
  /** Blocks to wait for, the one of the transaction included. */
  readonly confirmations: number;
  readonly timeoutMs: number;
  /** Told when a transaction was sent, before it is waited for. */
  readonly onSent: (hash: string) => unknown;
}

/**
 * Sends a transaction and waits until it is mined.
 *
 * @throws OperatorError no funds
 * @throws RetryableError not mined in time; run it again
 */
export async function sendAndWait(
  signer: Signer,
  { to, data }: { readonly to: string; readonly data: string },
  { confirmations, timeoutMs, onSent }: Waiting,
): Promise<TransactionReceipt> {
  try {
    const transaction = await signer.sendTransaction({ to, data });
    await onSent(transaction.hash);
    const receipt = await transaction.wait(confirmations, timeoutMs);
    if (receipt === null) throw new RetryableError(`transaction ${transaction.hash} is not mined yet; run it again`);
    return receipt;
  } catch (cause) {
    if (isError(cause, "TIMEOUT"))
      throw new RetryableError(`a transaction was sent but not mined within ${timeoutMs / 1_000} s; run it again`, {
        cause,
      });
    if (isError(cause, "INSUFFICIENT_FUNDS"))
      throw new OperatorError(`${await signer.getAddress()} cannot pay for the deployment: send it funds`, { cause });
    throw cause;
  }
}

const POLL_MS = 250;

/**
 * Waits until nothing of the account is in the pool: what an interrupted run left there is looked at when it is mined, not
 * sent twice, since a second creation of the same contract burns all the gas that it was given.
 *
 * @throws RetryableError it stays there
 */
export async function untilNothingPending(signer: Signer, provider: Provider, timeoutMs: number): Promise<void> {
  const account = await signer.getAddress();
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const mined = await provider.getTransactionCount(account, "latest");
    const pending = (await provider.getTransactionCount(account, "pending")) - mined;
    if (pending <= 0) return;
    if (Date.now() > deadline)
      throw new RetryableError(
        `${account} has ${pending} transactions that are not mined after ${timeoutMs / 1_000} s: wait for them, or ` +
          `replace them, then run it again`,
      );
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
