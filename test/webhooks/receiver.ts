import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A receiver of webhooks as their documentation wants it: verifies, keeps each message once, and answers as it is told. */

export interface Received {
  readonly id: string;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: a message, whose fields the tests name.
  readonly data: any;
}

/** How it answers: with a status, by hanging, or by cutting the connection. */
export type Answer = number | "hang" | "cut";

export class Receiver {
  readonly #server: Server;
  /** Everything that came and was signed, again and again if it came so. */
  readonly all: Received[] = [];
  /** What it took, each message once. */
  readonly taken: Received[] = [];
  readonly #ids = new Set<string>();
  /** How many did not verify. */
  forged = 0;
  secret = "";
  answer: (received: Received) => Answer = () => 204;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const receiver = new Receiver(server);
    server.on("request", (request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const answer = receiver.#receive(request.headers, Buffer.concat(parts).toString("utf8"));
        if (answer === "cut") request.socket.destroy();
        else if (answer !== "hang") {
          if (answer >= 300 && answer < 400) response.setHeader("location", "http://127.0.0.1:1/elsewhere");
          response.writeHead(answer).end();
        }
      });
    });
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #receive(headers: NodeJS.Dict<string | string[]>, body: string): Answer {
    const [id, timestamp, signature] = ["id", "timestamp", "signature"].map((name) =>
      String(headers[`webhook-${name}`]),
    );
    const key = Buffer.from(this.secret.replace("whsec_", ""), "base64");
    const expected = `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
    if (signature?.length !== expected.length || !timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) {
      this.forged += 1;
      return 401;
    }
    const received = { id: String(id), body, data: JSON.parse(body) };
    this.all.push(received);
    const answer = this.answer(received);
    if (answer === 204 && !this.#ids.has(received.id)) {
      this.#ids.add(received.id);
      this.taken.push(received);
    }
    return answer;
  }
}
