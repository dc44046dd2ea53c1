// The little of Node.js that journeys.test.ts needs.
declare module "node:child_process" {
  export function spawnSync(
    command: string,
    args: string[],
    options: { encoding: "utf8"; maxBuffer: number },
  ): { status: number | null; stdout: string; stderr: string; error?: Error };
}
declare const process: { env: Record<string, string | undefined> };
