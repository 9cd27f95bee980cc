import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The rooms that log. */
export const LOG_ROOMS = ["api", "evidence", "ledger", "ops", "rpc", "sync"] as const;
type LogRoom = (typeof LOG_ROOMS)[number];

export interface LogOptions {
  readonly level: LogLevel;
  /** Where a room differs from that. */
  readonly rooms?: Readonly<{ [room in LogRoom]?: LogLevel | undefined }>;
}

/** Structured logs, one JSON object per line, each with the room it comes from. */
export function createLogger(levels: LogLevel | LogOptions, destination?: DestinationStream): Logger {
  const { level, rooms = {} }: LogOptions = typeof levels === "string" ? { level: levels } : levels;
  const options = {
    ...{ level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    // A child takes its parent's level unless it is told otherwise, and only a child has a room.
    onChild(child: Logger) {
      const { room } = child.bindings() as { room?: LogRoom };
      const own = room === undefined ? undefined : rooms[room];
      if (own !== undefined) child.level = own;
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
