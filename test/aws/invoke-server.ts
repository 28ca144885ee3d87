import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LambdaClientConfig } from "@aws-sdk/client-lambda";
import { buildTarget } from "../../cli/build/build-target.ts";
import { type AwsEmulator, type AwsEmulatorOptions, startAwsEmulator } from "../../emulators/aws/emulator.ts";

/** An MCP server on an emulated Lambda. `await using` ends it. */
export interface InvokedServer extends AwsEmulator, AsyncDisposable {
  /** Settings of AWS's client by which it reaches the emulated Lambda. */
  readonly client: LambdaClientConfig;
}

/** Credentials that open nothing. The emulator wants requests to be signed, by whomever. */
const CREDENTIALS = { accessKeyId: "EMULATED", secretAccessKey: "emulated" };

/** The variables by which any program of AWS reaches the emulated Lambda, and asks nobody else for credentials. */
export const environmentFor = ({ lambdaUrl }: AwsEmulator): Record<string, string> => ({
  AWS_ENDPOINT_URL_LAMBDA: lambdaUrl,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_EC2_METADATA_DISABLED: "true",
});

export const clientOf = (lambdaUrl: string): LambdaClientConfig => ({
  region: "us-east-1",
  endpoint: lambdaUrl,
  credentials: CREDENTIALS,
});

/** Where a server of `test/fixtures` is. */
export const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}.ts`, import.meta.url));

/** Builds a server and runs it on an emulated Lambda. */
export async function startInvoked(entry: string, options: Partial<AwsEmulatorOptions> = {}): Promise<InvokedServer> {
  const artefact = await mkdtemp(join(tmpdir(), "invoked-"));
  const discard = (): Promise<void> => rm(artefact, { recursive: true, force: true });
  try {
    await buildTarget({ platform: "aws", entry, outDir: artefact });
    const emulator = await startAwsEmulator({ artefact, port: 0, runtime: "built-in", ...options });
    return {
      ...emulator,
      client: clientOf(emulator.lambdaUrl),
      async [Symbol.asyncDispose]() {
        await emulator.close();
        await discard();
      },
    };
  } catch (error) {
    await discard();
    throw error;
  }
}
