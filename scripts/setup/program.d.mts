export function bundled(root: string, entry: string): string | undefined;
export function bundle(root: string, entry: string): Promise<string>;
