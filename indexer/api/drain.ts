import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  type RequestListener,
  type Server,
  ServerResponse,
} from "node:http";
import { Server as Listener } from "node:net";

/** Longer than a request that was sent already takes to arrive. */
const LINGER_MS = 250;
const DRAIN_TIMEOUT_MS = 8_000;
const DRAIN_POLL_MS = 25;

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

export interface DrainingServer {
  readonly server: Server;
  /**
   * Takes no new connections. What comes on those there are is answered, and each answer says that it is its connection's last,
   * so that the client asks nothing more on it. Only then those are closed on which nothing came; a connection that is still
   * busy at the bound is cut.
   */
  drain(): Promise<void>;
}

export function createDrainingServer(listener: RequestListener): DrainingServer {
  let draining = false;
  class LastAnswer extends ServerResponse<IncomingMessage> {
    override writeHead(status: number, text?: string | Headers, headers?: Headers): this {
      if (draining) this.shouldKeepAlive = false;
      return typeof text === "string"
        ? super.writeHead(status, text, headers)
        : super.writeHead(status, text ?? headers);
    }
  }
  const server = createServer({ ServerResponse: LastAnswer }, listener);
  return {
    server,
    async drain() {
      draining = true;
      // HTTP's own close would at once close the connections that look idle here, with what is on its way to them.
      const closed = new Promise<void>((resolve) => Listener.prototype.close.call(server, () => resolve()));
      const linger = setTimeout(() => {
        server.closeIdleConnections();
        idle = setInterval(() => server.closeIdleConnections(), DRAIN_POLL_MS);
      }, LINGER_MS);
      let idle: NodeJS.Timeout | undefined;
      const bound = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT_MS);
      await closed;
      clearTimeout(linger);
      clearInterval(idle);
      clearTimeout(bound);
      // Ends the timer by which it looks for connections that take too long.
      server.close();
    },
  };
}
