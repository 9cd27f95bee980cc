/** What of a URL may be shown: where it leads, never user, password, path or query, since any of them can be a key. */
export function redactUrl(text: string): string {
  try {
    const url = new URL(text);
    const hidden = url.username !== "" || url.pathname.length > 1 || url.search !== "";
    return `${url.protocol}//${url.host}${hidden ? "/***" : ""}`;
  } catch {
    return "***";
  }
}
