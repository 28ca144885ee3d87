import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The program that runs the function: AWS's own runtime, or the built-in one for machines without it. */
export interface LambdaRuntimeProgram {
  /** Arguments of `node`. */
  readonly command: readonly string[];
  /** Name and version, for people: "aws-lambda-ric 4.0.2". */
  readonly name: string;
  /** Whether `AWS_LAMBDA_RUNTIME_API` may hold a path behind host and port. */
  readonly takesPath: boolean;
}

/** Folder of `npm run install:lambda-runtime`. AWS's runtime compiles native code, so it is no dependency. */
const OWN_PREFIX = join("node_modules", ".lambda-runtime");

/** Finds AWS's runtime for Node.js in the project of the current folder; undefined when it is not installed. */
export function findAwsRuntime(): LambdaRuntimeProgram | undefined {
  for (const root of [process.cwd(), join(process.cwd(), OWN_PREFIX)]) {
    const manifest = resolveFrom(root);
    // On systems other than Linux the package installs without the native part that it needs.
    if (!manifest || !existsSync(join(dirname(manifest), "rapid-client.node"))) continue;
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
    return { command: [join(dirname(manifest), "index.mjs")], name: `aws-lambda-ric ${version}`, takesPath: false };
  }
  return undefined;
}

/** The runtime that comes with the emulator. */
export function builtInRuntime(): LambdaRuntimeProgram {
  const extension = import.meta.filename.endsWith(".ts") ? "ts" : "js";
  const program = fileURLToPath(new URL(`./runtime-client.${extension}`, import.meta.url));
  return { command: [program], name: "built-in runtime client", takesPath: true };
}

function resolveFrom(root: string): string | undefined {
  try {
    return createRequire(join(root, "package.json")).resolve("aws-lambda-ric/package.json");
  } catch {
    return undefined;
  }
}
