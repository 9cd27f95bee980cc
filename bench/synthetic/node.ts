import { fileURLToPath } from "node:url";
import { launch } from "../process/launch.ts";
import { hexOf, type SyntheticSize } from "./block.ts";
import { CONTRACT } from "./events.ts";

export interface SyntheticNode {
  readonly url: string;
  readonly contract: string;
  readonly startBlock: number;
  readonly events: number;
  stop(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("./serverProcess.ts", import.meta.url));
/** Making 50,000 blocks takes about a minute. */
const START_MS = 20 * 60_000;

/** A synthetic chain behind a node of its own process. */
export async function startSyntheticNode(size: SyntheticSize, chainId: number): Promise<SyntheticNode> {
  const args = [SCRIPT, String(size.blocks), String(size.eventsPerBlock), String(chainId)];
  const node = launch({ command: process.execPath, args });
  const [, url] = (await node.line(/serving (\S+)/, START_MS)) as unknown as [string, string];
  return {
    url,
    contract: hexOf(CONTRACT),
    startBlock: 1,
    events: size.blocks * size.eventsPerBlock,
    stop: async () => void (await node.end("SIGKILL")),
  };
}
