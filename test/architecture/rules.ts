/** Import rules as data. Types count: a folder that knows another's types depends on its design. */

/** Says what the files of one folder may import besides `node:` modules. Of several rows, the longest folder counts. */
export interface FolderRule {
  readonly folder: string;
  /** Folders end with "/". */
  readonly files: readonly string[];
  /** Names; `*` at the end stands for the rest. Absent: any. */
  readonly packages?: readonly string[];
  /** Imports the project only by the name of its package, as users do. */
  readonly byNameOnly?: boolean;
}

const MCP_SDK = "@modelcontextprotocol/*";
const ENTRY_POINTS = ["src/adapter.ts", "src/index.ts"];

export const FOLDER_RULES: readonly FolderRule[] = [
  { folder: "src/", files: ["src/"], packages: [MCP_SDK, "jose", "zod", "@cedar-policy/cedar-wasm"] },
  { folder: "src/telemetry/", files: ["src/"], packages: ["@opentelemetry/*"] },
  { folder: "adapters/shared/", files: ["adapters/shared/", "src/adapter.ts"], packages: [] },
  {
    folder: "adapters/aws/",
    files: ["adapters/aws/", "adapters/shared/", "src/adapter.ts"],
    packages: ["@aws-sdk/*", "aws4", MCP_SDK],
  },
  {
    folder: "adapters/otel/",
    files: [
      "adapters/otel/",
      "adapters/shared/",
      "adapters/aws/client/",
      "adapters/gcp/metadata-server.ts",
      "src/telemetry/",
    ],
    packages: ["@opentelemetry/*", "aws4"],
  },
  {
    folder: "adapters/azure/",
    files: ["adapters/azure/", "adapters/shared/", "src/adapter.ts"],
    packages: ["@azure/*", MCP_SDK],
  },
  {
    folder: "adapters/gcp/",
    files: ["adapters/gcp/", "adapters/shared/", "src/adapter.ts"],
    packages: ["@google-cloud/*", MCP_SDK],
  },
  {
    folder: "adapters/redis/",
    files: ["adapters/redis/", "adapters/shared/", "src/adapter.ts"],
    packages: ["@redis/client"],
  },
  { folder: "emulators/", files: ["emulators/", "adapters/", ...ENTRY_POINTS] },
  {
    folder: "emulators/aws/",
    files: ["emulators/*", "emulators/aws/", "adapters/aws/", "adapters/shared/", ...ENTRY_POINTS],
  },
  {
    folder: "emulators/azure/",
    files: ["emulators/*", "emulators/azure/", "adapters/azure/", "adapters/shared/", ...ENTRY_POINTS],
  },
  {
    folder: "emulators/gcp/",
    files: ["emulators/*", "emulators/gcp/", "adapters/gcp/", "adapters/shared/", ...ENTRY_POINTS],
  },
  { folder: "cli/", files: ["cli/", "emulators/", "adapters/", ...ENTRY_POINTS] },
  { folder: "generate/", files: ["generate/", "src/config/", "adapters/", "cli/build/zip-file.ts"], packages: [] },
  // Deploys what was built, by its path.
  { folder: "stacks/", files: ["stacks/"], packages: ["aws-cdk-lib", "constructs", "cdk-nag"] },
  { folder: "templates/", files: ["templates/"], packages: [] },
  // Files that `init` writes into a user's project.
  { folder: "templates/project/", files: ["templates/project/", "src/", "stacks/index.ts"], byNameOnly: true },
  {
    folder: "examples/",
    files: ["examples/", "src/", "adapters/", "stacks/index.ts"],
    packages: [MCP_SDK, "zod", "aws-cdk-lib"],
    byNameOnly: true,
  },
  { folder: "bench/", files: ["bench/", "cli/", "emulators/", "adapters/", "src/", "examples/", "stacks/"] },
  {
    folder: "test/",
    files: [
      "test/",
      "bench/",
      "examples/",
      "cli/",
      "emulators/",
      "adapters/",
      "src/",
      "stacks/",
      "templates/",
      "generate/",
    ],
  },
];

/** Rooms of `src/`, outermost first. A room imports those of later rows; rooms of one row do not know each other. */
export const ROOM_ORDER: ReadonlyArray<readonly string[]> = [
  ["sources"],
  ["front"],
  ["pipeline"],
  ["tasks"],
  ["protocol-2026", "protocol-2025"],
  ["authorization"],
  ["audit"],
  ["server"],
  ["limits"],
  ["services"],
  ["auth"],
  ["store"],
  ["telemetry"],
  ["config"],
  ["http"],
  ["base"],
];

/** The room of each file at the top of `src/`. */
export const ROOT_FILES: Readonly<Record<string, "front" | "base">> = {
  "index.ts": "front",
  "adapter.ts": "front",
  "endpoint.ts": "front",
  "protocol-handlers.ts": "front",
  "define-server.ts": "front",
  "warm-up.ts": "front",
  "errors.ts": "base",
  "clock.ts": "base",
};

/** Limits of size: a folder is read at a glance, a file in one go (CONTRIBUTING.md). */
export const MOST_FILES_IN_FOLDER = 16;
export const MOST_LINES_IN_FILE = 200;
