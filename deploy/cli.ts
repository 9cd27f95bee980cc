/** `npm run deploy -- --network <name>`: the dry run, the question, the deployment, the table. */
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Signer } from "ethers";
import { explain } from "../indexer/ops/errors.ts";
import { deploySuite } from "./deploy.ts";
import { type Connection, chosenChains, connectTo } from "./networks.ts";
import { governanceFrom } from "./parties.ts";
import { affordable, describePreview, type Preview, preview } from "./preview.ts";
import { planSuite } from "./suite.ts";
import { table } from "./table.ts";

const USAGE = `usage: npm run deploy -- --network <name> [--network <name> ...] | --all
                      [--dry-run] [--yes] [--directory <folder of records>]

Deploys the contracts to networks of deploy/chains.ts, unless they are there, sets up their governance, and writes
deploy/deployments/<chainId>.json. First it shows what it would do and what that costs, and asks; --yes answers for you,
--dry-run ends there. --all means every public network whose URL is configured.

URLs and the key come from the environment or from Hardhat's encrypted keystore, for example
  npx hardhat keystore set SEPOLIA_RPC_URL
  npx hardhat keystore set DEPLOYER_PRIVATE_KEY
Who shall govern comes from GRANTLEDGER_ADMIN, GRANTLEDGER_GUARDIAN, GRANTLEDGER_REGISTRAR, GRANTLEDGER_SUSPENDER, the
delays from GRANTLEDGER_DELAY in seconds (two days). See docs/OPERATORS.md.
`;

const print = (...lines: string[]) => process.stdout.write(lines.map((line) => `${line}\n`).join(""));

/** One chain from the dry run to its line in the table. */
interface Candidate {
  readonly connection: Connection;
  readonly signer: Signer;
  readonly view: Preview;
}

const HEADING = ["network", "chain", "result", "sent", "record or reason"] as const;

async function main(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      network: { type: "string", multiple: true, default: [] },
      all: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      "dry-run": { type: "boolean", default: false },
      directory: { type: "string", default: fileURLToPath(new URL("./deployments", import.meta.url)) },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return true;
  }
  const chains = await chosenChains(values.network, values.all);
  const rows: string[][] = [];
  const failed = (network: string, chainId: number, error: unknown): void => {
    print(`${network}: ${explain(error)}`);
    const [reason = ""] = explain(error).split("\n");
    rows.push([network, `${chainId}`, "FAILED", "", reason]);
  };
  const candidates: Candidate[] = [];
  try {
    for (const chain of chains) {
      try {
        candidates.push(await look(await connectTo(chain, true)));
      } catch (error) {
        failed(chain.network, chain.chainId, error);
      }
    }
    if (values["dry-run"] || !(await mayGoOn(candidates, values.yes))) return rows.length === 0;
    for (const candidate of candidates) {
      const { network, chainId } = candidate.view.chain;
      try {
        rows.push([network, `${chainId}`, ...(await deploy(candidate, values.directory))]);
      } catch (error) {
        failed(network, chainId, error);
      }
    }
    print("", ...table([HEADING, ...rows]));
    return rows.every(([, , result]) => result !== "FAILED");
  } finally {
    for (const { connection } of candidates) await connection.close();
  }
}

async function look(connection: Connection): Promise<Candidate> {
  const { chain, provider } = connection;
  try {
    const signer = await provider.getSigner();
    const suite = planSuite(governanceFrom(process.env, chain, signer.address));
    const view = await preview(provider, chain, suite, signer.address);
    print(...describePreview(view));
    return { connection, signer, view };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Asks where something would be sent. Without a terminal and without --yes nothing is. */
async function mayGoOn(candidates: readonly Candidate[], yes: boolean): Promise<boolean> {
  const sending = candidates.filter(({ view }) => view.steps.length > 0);
  if (sending.length === 0 || yes) return true;
  if (!process.stdin.isTTY) {
    print("This was the dry run, nothing was sent. To deploy, run it in a terminal, or with --yes.");
    return false;
  }
  const [only] = sending;
  const word = sending.length === 1 && only !== undefined ? only.view.chain.network : "all";
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question(`Deploy? Type ${word === "all" ? "all" : `the network's name (${word})`}: `);
  prompt.close();
  if (answer.trim() === word) return true;
  print("Nothing was sent.");
  return false;
}

/** The rest of the chain's line in the table. */
async function deploy({ signer, view }: Candidate, directory: string): Promise<string[]> {
  if (!affordable(view)) throw new Error(`${view.deployer} cannot pay for the deployment: send it funds`);
  const { sent, path, toExecute } = await deploySuite({
    signer,
    chainId: view.chain.chainId,
    directory,
    governance: view.suite.governance,
    onProgress: print,
    onSent: (hash) => print(`chain ${view.chain.chainId}: sent ${hash}`),
  });
  if (toExecute === undefined) return [sent > 0 ? "deployed" : "was there", `${sent}`, path];
  print(
    `${view.chain.name}: the admin ${toExecute.from} has to execute this call, then run this command again:`,
    `  to   ${toExecute.to}`,
    `  data ${toExecute.data}`,
  );
  return ["waits for admin", `${sent}`, path];
}

try {
  if (!(await main(process.argv.slice(2)))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
