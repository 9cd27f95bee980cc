/** `npm run keys -- <command>`: who may ask the API. docs/KEYS.md says what a key is good for. */
import { runFromShell } from "../shell.ts";
import { KEYS } from "./keys.ts";

await runFromShell(KEYS);
