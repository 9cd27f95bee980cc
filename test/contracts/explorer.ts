import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Provider } from "ethers";

/**
 * An explorer that speaks Etherscan's API for verifying contracts (https://docs.etherscan.io), and does what explorers do:
 * compiles the sources that it is shown and compares the outcome with the code on the chain.
 */
export interface Explorer {
  readonly url: string;
  /** What was shown, by address in lower case, and whether the sources make that code. */
  readonly shown: ReadonlyMap<string, { readonly contract: string; readonly verified: boolean }>;
  stop(): Promise<void>;
}

interface Solc {
  version(): string;
  compile(input: string): string;
}
const solc = createRequire(import.meta.url)("solc") as Solc;

export async function startExplorer(provider: Provider): Promise<Explorer> {
  const shown = new Map<string, { contract: string; verified: boolean }>();
  const server = createServer(async (request, response) => {
    const query = new URL(request.url ?? "/", "http://explorer").searchParams;
    const answer = (status: 0 | 1, result: unknown): unknown =>
      response.setHeader("content-type", "application/json").end(JSON.stringify({ status: `${status}`, result }));
    switch (query.get("action")) {
      case "getsourcecode":
        return answer(1, [{ SourceCode: "" }]);
      case "verifysourcecode": {
        const form = new URLSearchParams(await text(request));
        const address = (form.get("contractaddress") ?? "").toLowerCase();
        shown.set(address, { contract: form.get("contractname") ?? "", verified: await verify(provider, form) });
        return answer(1, address);
      }
      case "checkverifystatus":
        return shown.get(query.get("guid") ?? "")?.verified
          ? answer(1, "Pass - Verified")
          : answer(0, "Fail - Unable to verify");
      default:
        return answer(0, `unknown action ${query.get("action")}`);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `${urlOf(server)}/api`, shown, stop: () => stopped(server) };
}

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function stopped(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}

interface Output {
  readonly errors?: readonly { severity: string; formattedMessage: string }[];
  readonly contracts?: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>;
}

/** Whether the sources make what was deployed: the code that they make, run by the chain, returns the code that is there. */
async function verify(provider: Provider, form: URLSearchParams): Promise<boolean> {
  const [file = "", name = ""] = (form.get("contractname") ?? "").split(/:(?=[^:]*$)/);
  const version = (form.get("compilerversion") ?? "").replace(/^v/, "");
  if (!solc.version().startsWith(version)) return false;
  const input = JSON.parse(form.get("sourceCode") ?? "{}");
  input.settings.outputSelection = { [file]: { [name]: ["evm.bytecode.object"] } };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as Output;
  const code = output.contracts?.[file]?.[name]?.evm.bytecode.object;
  if (code === undefined) return false;
  const made = await provider.call({ data: `0x${code}${form.get("constructorArguments") ?? ""}` });
  return made.length > 2 && made === (await provider.getCode(form.get("contractaddress") ?? ""));
}
