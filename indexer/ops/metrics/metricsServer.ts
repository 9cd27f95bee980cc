import { createServer, type Server } from "node:http";
import { explain, OperatorError } from "../errors.ts";
import type { Logger } from "../log.ts";

/** Serves `/metrics` on a port of its own, which is not the API's: what it says is the operator's alone. */

export interface MetricsServer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface MetricsServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly contentType: string;
  readonly text: () => Promise<string>;
  readonly log: Logger;
}

const REQUEST_TIMEOUT_MS = 5_000;

/** @throws OperatorError when the address cannot be listened on. */
export async function serveMetrics({
  host,
  port,
  contentType,
  text,
  log,
}: MetricsServerOptions): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404, { "content-type": "text/plain" }).end("the metrics are at /metrics\n");
      return;
    }
    text().then(
      (body) => response.writeHead(200, { "content-type": contentType }).end(body),
      (error) => {
        log.warn({ reason: explain(error) }, "the metrics could not be collected");
        response.writeHead(500, { "content-type": "text/plain" }).end("the metrics could not be collected\n");
      },
    );
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  try {
    await listen(server, host, port);
  } catch (error) {
    throw new OperatorError(
      `the metrics cannot be served on ${host}:${port} (${explain(error)}): free the port or configure another`,
      { cause: error },
    );
  }
  const address = server.address();
  const at = address !== null && typeof address === "object" ? address.port : port;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${at}/metrics`;
  log.info({ url }, "the metrics are served");
  return {
    url,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
