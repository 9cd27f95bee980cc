import { fileURLToPath } from "node:url";
import { request } from "undici";
import { launch } from "../process/launch.ts";

/** What was asked of a node through the proxy. */
export interface Asked {
  /** HTTP requests. */
  readonly requests: number;
  /** JSON-RPC calls in them. */
  readonly calls: number;
  /** Of all answers. */
  readonly bytes: number;
}

export interface Meter {
  readonly url: string;
  /** Since it was asked last. */
  asked(): Promise<Asked>;
  stop(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("./meterProcess.ts", import.meta.url));

export async function startMeter(node: string, delayMs: number): Promise<Meter> {
  const proxy = launch({ command: process.execPath, args: [SCRIPT, node, String(delayMs)] });
  const [, url] = (await proxy.line(/metering on (\S+)/, 20_000)) as unknown as [string, string];
  return {
    url,
    async asked() {
      const { body } = await request(`${url}/counts`);
      return (await body.json()) as Asked;
    },
    stop: async () => void (await proxy.end("SIGKILL")),
  };
}
