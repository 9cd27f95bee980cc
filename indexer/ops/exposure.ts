import { isIP } from "node:net";

/** What an operator may have meant to configure before others reach the API. */
export interface Exposed {
  readonly host: string;
  readonly rateLimit?: unknown;
  /** Whether the API reads as a role that can only read. */
  readonly readsOnly: boolean;
}

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));

/** A sentence for each; none where only this machine reaches it. */
export function openDoors({ host, rateLimit, readsOnly }: Exposed): string[] {
  if (isLoopback(host)) return [];
  return [
    ...(rateLimit === undefined ? ["any address may ask as often as it likes: set api.rateLimit"] : []),
    ...(readsOnly
      ? []
      : [
          "the API reads as the role that writes: make one with `npm run ledger -- reader <role>`, set database.readUrl",
        ]),
  ];
}
