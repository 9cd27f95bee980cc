/** Fields that are together more than one question may ask (docs/API.md, "Bounds"), asked some at a time. */

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into, and each query is known.
type Data = any;

const AT_ONCE = 20;

/** @param fragments by their names; what a part does not use is left out of it. */
export async function askInParts(
  ask: (query: string) => Promise<Data>,
  fields: readonly string[],
  fragments: Readonly<Record<string, string>>,
): Promise<Data> {
  const data: Data = {};
  for (let i = 0; i < fields.length; i += AT_ONCE) {
    const part = fields.slice(i, i + AT_ONCE).join(" ");
    const used = Object.entries(fragments).filter(([name]) => new RegExp(`\\.\\.\\.${name}\\b`).test(part));
    Object.assign(data, await ask(`{ ${part} } ${used.map(([name, text]) => `fragment ${name} ${text}`).join(" ")}`));
  }
  return data;
}
