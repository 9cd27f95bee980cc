import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lexicographicSortSchema, printSchema } from "graphql";
import { schema } from "./schema.ts";

/** The committed text of the schema, against which a test holds the code. */
export const SDL_PATH = fileURLToPath(new URL("./schema.graphql", import.meta.url));

/** Every description stands between its quotes on lines of its own, as the formatter wants it. */
export const sdl = (): string =>
  `${printSchema(lexicographicSortSchema(schema)).replaceAll(/^( *)"""(.+)"""$/gm, '$1"""\n$1$2\n$1"""')}\n`;

if (import.meta.main) writeFileSync(SDL_PATH, sdl());
