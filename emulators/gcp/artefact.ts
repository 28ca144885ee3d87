import { access, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { AnycloudError } from "../../src/adapter.ts";

const FRAMEWORK = "@google-cloud/functions-framework";

/** The two shapes of a Cloud Run service. */
export type ArtefactForm = "function" | "container";

/** How to run an artefact. */
export interface Artefact {
  readonly folder: string;
  /** Arguments of `node`. */
  readonly command: readonly string[];
  /** Every variable but `PORT`. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface ArtefactOptions {
  readonly artefact: string;
  readonly form: ArtefactForm;
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** Number of the deployment, from 1. */
  readonly revision: number;
}

const ENTRY: Readonly<Record<ArtefactForm, string>> = { container: "server.mjs", function: "index.mjs" };

/**
 * Whether the artefact in a folder takes the settings of a task queue. Only the bundle of a server with tasks names them, and
 * every other one refuses them as unknown.
 */
export async function takesTaskQueue(folder: string): Promise<boolean> {
  // A missing file is reported where the artefact is described.
  const bundle = await readFile(join(folder, ENTRY.function), "utf8").catch(() => "");
  return bundle.includes("MCP_ANYCLOUD_CLOUD_TASKS_QUEUE");
}

/** Describes how to run the artefact in a folder. Rejects with ARTEFACT_INVALID when its entry is missing. */
export async function describeArtefact(options: ArtefactOptions): Promise<Artefact> {
  const { form, timeoutSeconds, revision } = options;
  const folder = resolve(options.artefact);
  const entry = join(folder, ENTRY[form]);
  await access(entry).catch((cause: unknown) => {
    const message = `${entry} is missing: build the artefact for Cloud Run (${form}) first.`;
    throw new AnycloudError("ARTEFACT_INVALID", message, { cause });
  });
  const environment = {
    // A container has to be told; templates/gcp does the same.
    ...(form === "container" && { MCP_ANYCLOUD_TIMEOUT_SECONDS: String(timeoutSeconds) }),
    ...options.environment,
    // The platform sets these, and a service cannot ("Container runtime contract", environment variables).
    K_SERVICE: "mcp",
    K_CONFIGURATION: "mcp",
    K_REVISION: `mcp-${String(revision).padStart(5, "0")}-emu`,
  };
  if (form === "container") return { folder, command: [entry], environment };
  return {
    folder,
    command: [frameworkPath(), "--target=mcp", "--signature-type=http", `--source=${folder}`],
    environment: {
      // The default of Google's buildpacks (GoogleCloudPlatform/buildpacks, cmd/nodejs/npm).
      NODE_ENV: "production",
      ...environment,
      CLOUD_RUN_TIMEOUT_SECONDS: String(timeoutSeconds),
      // "Container runtime contract", additional variables for functions.
      FUNCTION_TARGET: "mcp",
      FUNCTION_SIGNATURE_TYPE: "http",
    },
  };
}

/** The framework's own command line. Its package does not export it; it lies beside the main module. */
function frameworkPath(): string {
  try {
    return join(createRequire(import.meta.url).resolve(FRAMEWORK), "..", "main.js");
  } catch (cause) {
    const message = `Running a Cloud Run function takes Google's framework, an optional package: npm install ${FRAMEWORK}.`;
    throw new AnycloudError("CONFIG_INVALID", message, { cause });
  }
}
