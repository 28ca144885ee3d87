import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type AwsEmulatorOptions, startAwsEmulator } from "../../emulators/aws/emulator.ts";
import { findAwsRuntime } from "../../emulators/aws/runtime/find-runtime.ts";
import type { Emulator } from "../../emulators/emulator.ts";

export type Runtime = NonNullable<AwsEmulatorOptions["runtime"]>;

/** The runtimes to run every test on: AWS's own, where it is installed, and the stand-in. */
export const RUNTIMES: readonly Runtime[] = findAwsRuntime() ? ["built-in", "aws-lambda-ric"] : ["built-in"];

/** A running emulator of the sample handler, with the files the handler waits for. `await using` ends it. */
export interface Emulated extends Emulator, AsyncDisposable {
  readonly output: readonly string[];
  /** Lets the handler pass. */
  open(barrier: string): void;
  /** Settles once the handler has left this file. */
  seen(barrier: string): Promise<void>;
  text(path: string, init?: RequestInit): Promise<string>;
  /** Status and body in one, for an answer expected whole. */
  answer(path: string, init?: RequestInit): Promise<readonly [status: number, body: string]>;
}

export async function emulate(artefact: string, options: Partial<AwsEmulatorOptions> = {}): Promise<Emulated> {
  const barriers = mkdtempSync(join(tmpdir(), "aws-gates-"));
  const output: string[] = [];
  const emulator = await startAwsEmulator({
    artefact,
    port: 0,
    onOutput: (line) => output.push(line),
    ...options,
    environment: { BARRIERS: barriers, ...options.environment },
  }).catch((error) => {
    rmSync(barriers, { recursive: true });
    throw error;
  });
  const request = (path: string, init?: RequestInit): Promise<Response> => fetch(emulator.url + path, init);
  return {
    ...emulator,
    output,
    open: (barrier) => writeFileSync(join(barriers, barrier), ""),
    seen: (barrier) => expect.poll(() => readdirSync(barriers)).toContain(barrier),
    text: async (path, init) => (await request(path, init)).text(),
    answer: async (path, init) => {
      const response = await request(path, init);
      return [response.status, await response.text()];
    },
    async [Symbol.asyncDispose]() {
      await emulator.close();
      rmSync(barriers, { recursive: true, force: true });
    },
  };
}
