import type { GraphQLScalarType } from "graphql";
import type { Context } from "../context.ts";
import { badInput } from "../errors.ts";
import { READ_USES } from "../grantDecision.ts";
import { decodeKnownAt, encodeKnownAt } from "../knownAt.ts";
import { FINALITIES_WANTED, type FinalityWanted } from "../moment.ts";
import { toPurpose } from "../queries/filter.ts";
import { show } from "../scalars/exact.ts";
import { schema } from "../schema.ts";
import { ask } from "./ask.ts";
import type { Export } from "./exporter.ts";
import type { Format } from "./format.ts";
import { manifestHead } from "./manifest.ts";
import type { Given, Parameter } from "./report.ts";
import type { AnyReport } from "./reports.ts";

/** From the parameters of a path to what is to be written, all of one truth. */

const MAX_OFFSET = Number.MAX_SAFE_INTEGER;

/** @throws GraphQLError BAD_INPUT for whatever is unknown, given twice, missing or not understood. */
export async function openExport(context: Context, report: AnyReport, format: Format, search: URLSearchParams) {
  const texts = textsOf(search, [...report.parameters.map(({ name }) => name), "knownAt", "finality", "offset"]);
  const { knownAt, finality = "LATEST", offset = "0", ...parameters } = texts;
  if (!FINALITIES_WANTED.some((one) => one === finality))
    throw badInput(`finality: expected one of ${FINALITIES_WANTED.join(", ")}, got ${show(finality)}`);
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(offset) || Number(offset) > MAX_OFFSET)
    throw badInput(`offset: expected a number of bytes, got ${show(offset)}`);
  const known = knownAt === undefined ? undefined : decodeKnownAt(knownAt);
  if (knownAt !== undefined && known === undefined)
    throw badInput(`knownAt: expected a time such as "2026-03-04T12:00:00Z" or the knownAt of an answer`);
  const given: Given = Object.fromEntries(
    report.parameters.flatMap((parameter) => {
      const text = parameters[parameter.name];
      if (text === undefined && parameter.required) throw badInput(`${parameter.name}: expected a value`);
      return text === undefined ? [] : [[parameter.name, parsed(parameter, text)]];
    }),
  );

  const { asked, setting } = await ask(context, report, given, {
    knownAt: known,
    finality: finality as FinalityWanted,
  });
  // In one order, so that one export has one name.
  const query = new URLSearchParams([
    ...Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)),
    ["finality", finality],
    ["knownAt", encodeKnownAt(setting.knownAt)],
  ]).toString();
  const opened: Omit<Export<unknown, unknown, unknown>, "id"> = {
    ...{ report, format, asked },
    head: manifestHead(report.name, parameters, asked.moment, setting),
  };
  return { opened, offset: Number(offset), query };
}

/** Each known and given once. */
function textsOf(search: URLSearchParams, names: readonly string[]): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, text] of search) {
    if (!names.includes(name)) throw badInput(`expected of the parameters only ${names.join(", ")}, got ${show(name)}`);
    if (Object.hasOwn(texts, name)) throw badInput(`${name}: expected it once`);
    texts[name] = text;
  }
  return texts;
}

/** By the scalar that reads the same argument in GraphQL. */
function parsed({ name, type }: Parameter, text: string): unknown {
  if (type === "Purpose") {
    if (!/^[0-9]{1,5}$/.test(text)) throw badInput(`${name}: expected a code from 1 to 65535, got ${show(text)}`);
    return toPurpose(Number(text));
  }
  if (type === "ReadUse") {
    if (!READ_USES.some((one) => one === text))
      throw badInput(`${name}: expected one of ${READ_USES.join(", ")}, got ${show(text)}`);
    return text;
  }
  return (schema.getType(type) as GraphQLScalarType).parseValue(text);
}
