/** `npm run deploy:check`: every recorded deployment against its chain. Needs no key, and sends nothing. */
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { explain, OperatorError } from "../indexer/ops/errors.ts";
import type { ChainRecord } from "./chainRecord.ts";
import { CHAINS, chainOf } from "./chains.ts";
import { checkDeployment } from "./check.ts";
import { differs } from "./governanceState.ts";
import { connectTo } from "./networks.ts";
import { deploymentPath, readDeployment } from "./record.ts";
import { table } from "./table.ts";

const USAGE = `usage: npm run deploy:check [-- --network <name> ... | --all] [--directory <folder of records>]

Compares every recorded deployment with its chain: chain id, addresses, code, block of creation, roles and their members,
delays. Without --network all records are compared. Ends with 1 where anything differs or a chain cannot be asked.
`;

const print = (...lines: string[]) => process.stdout.write(lines.map((line) => `${line}\n`).join(""));

async function main(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      network: { type: "string", multiple: true, default: [] },
      all: { type: "boolean", default: false },
      directory: { type: "string", default: fileURLToPath(new URL("./deployments", import.meta.url)) },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return true;
  }
  if (values.all && values.network.length > 0) throw new OperatorError("expected either --all or --network <name>");
  const chains = values.network.length > 0 ? values.network.map(chainOf) : recordedChains(values.directory);
  const rows: string[][] = [["network", "chain", "result", "compared", "differ", "not read"]];
  for (const chain of chains) rows.push(await check(chain, values.directory));
  print("", ...table(rows));
  return rows.slice(1).every(([, , result]) => result === "ok");
}

function recordedChains(directory: string): ChainRecord[] {
  const ids = existsSync(directory)
    ? readdirSync(directory).flatMap((file) => /^(\d+)\.json$/.exec(file)?.slice(1).map(Number) ?? [])
    : [];
  if (ids.length === 0)
    throw new OperatorError(`${directory} has no records of deployments: deploy first (npm run deploy)`);
  return ids
    .sort((a, b) => a - b)
    .map((id) => {
      const chain = CHAINS.find(({ chainId }) => chainId === id);
      if (chain !== undefined) return chain;
      throw new OperatorError(`${deploymentPath(directory, id)} is of a chain that deploy/chains.ts does not have`);
    });
}

/** Prints what differs, and returns the chain's line of the table. */
async function check(chain: ChainRecord, directory: string): Promise<string[]> {
  const { network, chainId } = chain;
  try {
    const record = readDeployment(deploymentPath(directory, chainId));
    const connection = await connectTo(chain, false);
    try {
      const { findings, unread } = await checkDeployment(connection.provider, record);
      const differences = findings.filter(differs);
      for (const { what, expected, found } of differences) print(`${network}: ${what}: ${found}, expected ${expected}`);
      for (const line of unread) print(`${network}: not read: ${line}`);
      const counts = [findings.length, differences.length, unread.length].map(String);
      return [network, `${chainId}`, differences.length === 0 ? "ok" : "DIFFERS", ...counts];
    } finally {
      await connection.close();
    }
  } catch (error) {
    print(`${network}: ${explain(error)}`);
    return [network, `${chainId}`, "FAILED", "", "", ""];
  }
}

try {
  if (!(await main(process.argv.slice(2)))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
