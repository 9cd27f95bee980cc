export interface Lock {
  add(pid: number): void;
  release(): void;
}
export type LockAttempt =
  | { readonly held: Lock; readonly holder?: never }
  | { readonly held?: never; readonly holder: number };
export function tryLock(path: string): LockAttempt;
