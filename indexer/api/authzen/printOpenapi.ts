import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openapi } from "./openapi.ts";

/** The committed document, against which a test holds the code. */
export const OPENAPI_PATH: string = fileURLToPath(new URL("../../../docs/openapi.json", import.meta.url));

/** Laid out as JSON.stringify does; the formatter leaves it alone. */
export const openapiText = (): string => `${JSON.stringify(openapi(), null, 2)}\n`;

if (import.meta.main) writeFileSync(OPENAPI_PATH, openapiText());
