import type { Registry } from "prom-client";

/** What every metric of ours has. Names follow https://prometheus.io/docs/practices/naming/: base units, `_total` counts. */
export const named =
  (registry: Registry) =>
  <const Labels extends readonly string[]>(name: string, help: string, ...labelNames: Labels) => ({
    name: `grantledger_${name}`,
    help,
    labelNames: [...labelNames] as Labels[number][],
    registers: [registry],
  });
