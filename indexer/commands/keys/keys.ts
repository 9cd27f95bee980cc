import type { Program } from "../main.ts";
import { create } from "./create.ts";
import { list } from "./list.ts";
import { revoke } from "./revoke.ts";

export const KEYS: Program = { name: "npm run keys", commands: [create, list, revoke] };
