/** `indexerProcess.ts` that dies at the point of its write path that END_AT names, and says at its end how many there were. */
import { countPoints } from "./endPoints.ts";

const points = countPoints(Number(process.env["END_AT"] ?? "0"));
process.once("exit", () => process.stdout.write(`\npoints ${points()}\n`));
await import("./indexerProcess.ts");
