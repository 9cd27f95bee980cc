import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Deployment, readDeployment } from "../../deploy/record.ts";
import type { Creation } from "../evidence/bundle.ts";
import { type Address, quote } from "../grants/bytes.ts";
import { parseAddress } from "../grants/caip.ts";
import { refusedDefences } from "../ops/defences.ts";
import { explain, OperatorError } from "../ops/errors.ts";
import { ReceiptKey } from "../receipts/receiptKey.ts";
import { type ReadingMode, readingOf } from "./reading.ts";
import { CONTRACT_NAMES, type ConfigFile, type ContractName, chainEntry, configFile, explainIssues } from "./schema.ts";

/** A contract whose events are indexed, from its first block on. Its name says which events it can have. */
export interface IndexedContract {
  readonly name: ContractName;
  readonly address: Address;
  readonly startBlock: bigint;
  /** What the deployment record says of it, for evidence. */
  readonly creation?: Creation;
}

/** A JSON-RPC server, with what is known of it. */
export interface RpcEndpoint {
  /** `http(s)://` or `ws(s)://`. May hold keys: show it through redactUrl only. */
  readonly url: string;
  /** For logs and metrics, instead of the host. */
  readonly name?: string | undefined;
  /** Calls in one batch, where the plan allows more or fewer than the usual 100. */
  readonly maxBatch?: number | undefined;
  /** What the plan allows, each call of a batch counted. */
  readonly maxCallsPerSecond?: number | undefined;
}

export interface ChainConfig {
  readonly chainId: bigint;
  readonly name: string;
  /** Its endpoints; which of them is asked, experience decides. */
  readonly rpc: readonly (string | RpcEndpoint)[];
  /** So many of them have to agree on the head, on finality and on a reorg. Default: 1. */
  readonly quorum?: number;
  readonly pollIntervalMs: number;
  readonly contracts: readonly IndexedContract[];
  readonly reading: ReadingMode;
}

/** A validated configuration. What is left out, `npm start` provides: an own PostgreSQL, local chains. */
export interface Config {
  readonly database: ConfigFile["database"];
  readonly chains: readonly ChainConfig[];
  readonly api: ConfigFile["api"];
  readonly access: ConfigFile["access"];
  readonly metrics: ConfigFile["metrics"];
  readonly webhooks: ConfigFile["webhooks"];
  readonly log: ConfigFile["log"];
  /** Signs answers; there are no receipts without it. From the environment alone, so that it is in no file. */
  readonly receiptKey: ReceiptKey | undefined;
}

const DEFAULT_FILE = "grantledger.config.json";
const DEPLOYMENTS = fileURLToPath(new URL("../../deploy/deployments/", import.meta.url));
const RECEIPT_KEY = "GRANTLEDGER_RECEIPT_KEY";
const RPC_VARIABLE = /^GRANTLEDGER_RPC_(\d+)$/;

/**
 * Reads `grantledger.config.json` (or the file named by GRANTLEDGER_CONFIG) and lets the environment override it:
 * GRANTLEDGER_DATABASE_URL, GRANTLEDGER_READ_DATABASE_URL, GRANTLEDGER_LOG_DATABASE_URL, GRANTLEDGER_RPC_<chainId> (several
 * URLs with commas), GRANTLEDGER_HOST, GRANTLEDGER_PORT, GRANTLEDGER_PUBLIC_URL, GRANTLEDGER_EXPLORE,
 * GRANTLEDGER_METRICS_HOST, GRANTLEDGER_METRICS_PORT, GRANTLEDGER_WEBHOOK_KEY, GRANTLEDGER_LOG_LEVEL,
 * GRANTLEDGER_LOG_ROOMS (`sync=debug,rpc=warn`).
 * @throws OperatorError naming every problem at once, secrets redacted.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env, folder: string = process.cwd()): Config {
  const { source, content } = readFile(environment, folder);
  const input = applyEnvironment(content, environment);
  const result = configFile.safeParse(input);
  const problems = result.success ? [] : explainIssues(result.error, input);
  const receiptKey = receiptKeyOf(environment, problems);
  const refused = refusedDefences(environment);
  if (refused !== undefined) problems.push(refused);
  const entries = result.success ? result.data.chains : validEntries(input);
  const chains = entries.map((chain) => resolveChain(chain, problems));
  if (!result.success || problems.length > 0)
    throw new OperatorError(
      `the configuration (${source}) cannot be used:\n${problems.map((p) => `  - ${p}`).join("\n")}`,
    );
  const { database, api, access, metrics, webhooks, log } = result.data;
  const following = chains.filter((chain) => chain !== undefined);
  return { database, chains: following, api, access, metrics, webhooks, log, receiptKey };
}

function receiptKeyOf(environment: NodeJS.ProcessEnv, problems: string[]): ReceiptKey | undefined {
  const hex = environment[RECEIPT_KEY];
  if (hex === undefined) return undefined;
  try {
    return new ReceiptKey(hex.trim());
  } catch (error) {
    problems.push(`${RECEIPT_KEY}: ${explain(error)}, got a value that is not shown`);
    return undefined;
  }
}

function readFile(environment: NodeJS.ProcessEnv, folder: string): { source: string; content: unknown } {
  const named = environment["GRANTLEDGER_CONFIG"];
  const path = resolve(folder, named ?? DEFAULT_FILE);
  if (!existsSync(path)) {
    if (named === undefined) return { source: "environment", content: {} };
    throw new OperatorError(`GRANTLEDGER_CONFIG names ${path}, which is not there`);
  }
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new OperatorError(`${path} cannot be read`, { cause: error });
  }
  try {
    return { source: path, content: JSON.parse(text) };
  } catch (error) {
    // Where it goes wrong, but not the text around it, which the parser quotes and which may hold a key.
    const where = explain(error).replace(/,? (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON/s, "");
    throw new OperatorError(`${path} is not readable JSON: ${where}`);
  }
}

/** The chains that can be used though other parts of the configuration cannot, so that their problems are named too. */
function validEntries(input: unknown): ConfigFile["chains"] {
  const chains = isObject(input) && Array.isArray(input["chains"]) ? input["chains"] : [];
  return chains.flatMap((chain) => {
    const entry = chainEntry.safeParse(chain);
    return entry.success ? [entry.data] : [];
  });
}

type Draft = Record<string, unknown>;
const isObject = (value: unknown): value is Draft =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The file's content with the environment on top. What has an unexpected shape is left for the schema to name. */
function applyEnvironment(content: unknown, environment: NodeJS.ProcessEnv): unknown {
  if (!isObject(content)) return content;
  const draft: Draft = { ...content };
  const set = (section: string, key: string, value: unknown): void => {
    if (value !== undefined && (draft[section] === undefined || isObject(draft[section])))
      draft[section] = { ...(draft[section] as Draft | undefined), [key]: value };
  };
  set("database", "url", environment["GRANTLEDGER_DATABASE_URL"]);
  set("database", "readUrl", environment["GRANTLEDGER_READ_DATABASE_URL"]);
  set("access", "logUrl", environment["GRANTLEDGER_LOG_DATABASE_URL"]);
  set("api", "host", environment["GRANTLEDGER_HOST"]);
  set("api", "port", asNumber(environment["GRANTLEDGER_PORT"]));
  set("api", "publicUrl", environment["GRANTLEDGER_PUBLIC_URL"]);
  set("api", "explore", asBoolean(environment["GRANTLEDGER_EXPLORE"]));
  set("metrics", "host", environment["GRANTLEDGER_METRICS_HOST"]);
  set("metrics", "port", asNumber(environment["GRANTLEDGER_METRICS_PORT"]));
  set("webhooks", "key", environment["GRANTLEDGER_WEBHOOK_KEY"]);
  set("log", "level", environment["GRANTLEDGER_LOG_LEVEL"]);
  set("log", "rooms", asLevels(environment["GRANTLEDGER_LOG_ROOMS"]));

  const chains: unknown = draft["chains"] ?? [];
  if (!Array.isArray(chains)) return draft;
  draft["chains"] = [...chains];
  for (const [name, value] of Object.entries(environment)) {
    const chainId = RPC_VARIABLE.exec(name)?.[1];
    if (chainId === undefined || value === undefined) continue;
    const rpc = value.split(",").map((text) => text.trim());
    const list = draft["chains"] as unknown[];
    const at = list.findIndex(
      (chain) => isObject(chain) && String(chain["chainId"]).replace("eip155:", "") === chainId,
    );
    if (at < 0) list.push({ chainId, rpc });
    else list[at] = { ...(list[at] as Draft), rpc };
  }
  return draft;
}

const asNumber = (text: string | undefined): unknown =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : text;
const asBoolean = (text: string | undefined): unknown => (text === "true" ? true : text === "false" ? false : text);

/** `sync=debug,rpc=warn` as an object; what has another shape stays text, for the schema to name. */
function asLevels(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  const pairs = text.split(",").map((pair) => pair.trim().split("="));
  return pairs.every((pair) => pair.length === 2) ? Object.fromEntries(pairs) : text;
}

function contractName(name: string): ContractName {
  const known = CONTRACT_NAMES.find((one) => one === name);
  if (known === undefined)
    throw new OperatorError(`its record has a contract ${quote(name)}, expected ${CONTRACT_NAMES.join(", ")}`);
  return known;
}

/** What is indexed of a deployment: all of it. */
export function indexedContracts({ contracts }: Deployment): IndexedContract[] {
  return contracts.map(({ name, address, block, deployer, salt, initCodeHash, runtimeCodeHash, abiHash }) => ({
    name: contractName(name),
    address: parseAddress(address),
    // Where the record does not know the block, history is read from the beginning: slow, never incomplete.
    startBlock: BigInt(block ?? 0),
    creation: { deployer: deployer.toLowerCase(), salt, initCodeHash, codeHash: runtimeCodeHash, abiHash },
  }));
}

function resolveChain(chain: ConfigFile["chains"][number], problems: string[]): ChainConfig | undefined {
  const { chainId, rpc, quorum, pollIntervalMs } = chain;
  const name = chain.name ?? `Chain ${chainId}`;
  let reading: ReadingMode | undefined;
  try {
    reading = readingOf(chain);
  } catch (error) {
    problems.push(`chains: eip155:${chainId}: ${explain(error)}`);
  }
  try {
    const contracts = chain.contracts ?? indexedContracts(readDeployment(`${DEPLOYMENTS}${chainId}.json`));
    return reading && { chainId, name, rpc, quorum, pollIntervalMs, contracts, reading };
  } catch (error) {
    problems.push(
      `chains: eip155:${chainId} names no contracts and has no usable deployment record (${explain(error)}): deploy with npm run deploy, or add contracts`,
    );
    return undefined;
  }
}
