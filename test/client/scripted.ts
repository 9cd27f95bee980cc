import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";

/** An API that answers what a test tells it to, over real HTTP: one step for each request, the last one for all further. */

export interface Asked {
  readonly url: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Step = (response: ServerResponse) => void;

export interface Scripted {
  readonly url: string;
  readonly asked: readonly Asked[];
  play(...steps: readonly Step[]): void;
  stop(): Promise<void>;
}

export const answer =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Step =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };

export const refusal = (code: string, status = 200, headers: Record<string, string> = {}): Step =>
  answer({ errors: [{ message: `it is ${code}`, extensions: { code } }], data: null }, status, headers);

/** Takes the request and never answers. */
export const silence: Step = () => {};

export async function startScripted(): Promise<Scripted> {
  let steps: readonly Step[] = [];
  let asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url = "", method = "", headers } = request;
      asked.push({ url, method, headers, body: Buffer.concat(chunks).toString() });
      const step = steps[Math.min(asked.length, steps.length) - 1];
      if (step === undefined) response.destroy();
      else step(response);
    });
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    get asked() {
      return asked;
    },
    play(...next) {
      steps = next;
      asked = [];
    },
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
