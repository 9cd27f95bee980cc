import assert from "node:assert/strict";

/**
 * Holds an answer against what a document shows. An ellipsis in a shown text stands for any characters: what is opaque, a
 * hash, or of the moment. Everything else has to be there, and nothing more.
 */
export function matches(actual: unknown, shown: unknown, where = "answer"): void {
  if (typeof shown === "string" && shown.includes("…")) {
    assert(typeof actual === "string", `${where}: ${JSON.stringify(actual)} is no text`);
    const pattern = shown.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    assert.match(actual, new RegExp(`^${pattern.join("[\\s\\S]+")}$`), where);
  } else if (Array.isArray(shown)) {
    assert(Array.isArray(actual) && actual.length === shown.length, `${where}: ${JSON.stringify(actual)}`);
    for (const [i, one] of shown.entries()) matches(actual[i], one, `${where}[${i}]`);
  } else if (typeof shown === "object" && shown !== null) {
    assert(typeof actual === "object" && actual !== null, `${where}: ${JSON.stringify(actual)}`);
    assert.deepEqual(Object.keys(actual), Object.keys(shown), where);
    for (const [key, one] of Object.entries(shown))
      matches((actual as Record<string, unknown>)[key], one, `${where}.${key}`);
  } else assert.deepEqual(actual, shown, where);
}
