export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}
export function identify(pid: number): ProcessIdentity | undefined;
export function commandLine(pid: number): string;
