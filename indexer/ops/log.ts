import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

/** Structured logs, one JSON object per line; errors keep their chain of causes as one sentence. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return destination === undefined ? pino(options) : pino(options, destination);
}
