import { redactUrl } from "../config/redact.ts";

/** Shorter parts of a path are words such as `v2`; hiding them would only make messages unreadable. */
const SHORTEST_SECRET = 4;

/** Hides the credentials of one URL in whatever is shown: a server may say them back. */
export class Redactor {
  /** Where the URL leads, and nothing that could be a key. */
  readonly shownUrl: string;
  /** Longest first, so that no part of a secret is left over from another that it contains. */
  readonly #secrets: readonly string[];

  constructor(url: string) {
    const { username, password, pathname, search, searchParams } = new URL(url);
    this.shownUrl = redactUrl(url);
    const parts = [username, password, ...pathname.split("/"), ...search.split(/[?&=]/), ...searchParams.values()];
    this.#secrets = [...new Set(parts.flatMap((part) => [part, decoded(part), encodeURIComponent(part)]))]
      .filter((part) => part.length >= SHORTEST_SECRET)
      .sort((a, b) => b.length - a.length);
  }

  hide(text: string): string {
    return this.#secrets.reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
