import type { Cloud } from "../cli/clouds.ts";
import type { Era } from "./requests.ts";

interface SourceFile {
  /** From this folder. */
  readonly path: string;
  /** `peer` is bundled as it is; the others are entries of `mcp-anycloud build`. */
  readonly kind: "server" | "handler" | "peer";
  readonly cloud?: Cloud;
}

export type Source =
  | "empty"
  | "ours"
  | "oursContainer"
  | "oursWithArgument"
  | "oursWithoutFastPath"
  | "oursWithoutStore"
  | "oursReading"
  | "sdk"
  | "sdkNode"
  | "sdkReading"
  | "mcpHandler"
  | "recipe"
  | "recipeTuned";

/** What is bundled. */
export const SOURCES: Readonly<Record<Source, SourceFile>> = {
  empty: { path: "subjects/empty.ts", kind: "peer" },
  ours: { path: "subjects/ours.ts", kind: "server" },
  oursContainer: { path: "subjects/ours.ts", kind: "server", cloud: "gcp" },
  oursWithArgument: { path: "subjects/ours-with-argument.ts", kind: "server" },
  oursWithoutFastPath: { path: "subjects/ours-without-shortcuts.ts", kind: "handler" },
  oursWithoutStore: { path: "subjects/ours-without-store.ts", kind: "handler" },
  oursReading: { path: "subjects/ours-reading.ts", kind: "server" },
  sdk: { path: "peers/sdk.ts", kind: "peer" },
  sdkNode: { path: "peers/sdk-node.ts", kind: "peer" },
  sdkReading: { path: "peers/sdk-reading.ts", kind: "peer" },
  mcpHandler: { path: "peers/mcp-handler.ts", kind: "peer" },
  recipe: { path: "peers/recipe.ts", kind: "peer" },
  recipeTuned: { path: "peers/recipe-tuned.ts", kind: "peer" },
};

/** Somebody who turns Lambda's events into answers. */
export interface Subject {
  readonly title: string;
  readonly source: Source;
  readonly form: "buffered" | "streamed";
  /** Of the export that Lambda calls. */
  readonly handler: string;
  readonly eras: readonly Era[];
  readonly environment: Readonly<Record<string, string>>;
}

const SILENT = { MCP_ANYCLOUD_LOG_LEVEL: "silent" };
const BOTH: readonly Era[] = ["2026-07-28", "2025-11-25"];

const ours = (title: string, source: Source, more: Partial<Subject> = {}): Subject => ({
  title,
  source,
  form: "streamed",
  handler: "handler",
  eras: BOTH,
  environment: SILENT,
  ...more,
});

const peer = (title: string, source: Source, eras = BOTH): Subject => ({
  title,
  source,
  form: "buffered",
  handler: "handler",
  eras,
  environment: {},
});

/** Node.js alone, from which everybody starts. */
export const EMPTY: Subject = peer("an empty process", "empty");
/** With whom everybody is compared. */
export const OURS: Subject = ours("ours, toLambda", "ours");
const OURS_LOGGING: Subject = ours("ours, with its request log", "ours", { environment: {} });
export const OURS_READING: Subject = ours("ours, reading an item", "oursReading");
export const SDK: Subject = peer("SDK v2, thinnest mapping", "sdk");
export const SDK_READING: Subject = peer("SDK v2 + lib-dynamodb, reading an item", "sdkReading");
export const RECIPE: Subject = peer("SDK v1 + express + serverless-http", "recipe", ["2025-11-25"]);

const MCP_HANDLER: Subject = peer("mcp-handler", "mcpHandler");
const RECIPE_TUNED: Subject = peer("the same, one shared validator", "recipeTuned", ["2025-11-25"]);

/** Those whom there are targets for, and who is like them. */
export const PRINCIPALS: readonly Subject[] = [OURS, SDK, MCP_HANDLER, RECIPE, RECIPE_TUNED];

/** All of them, ours first. */
export const SUBJECTS: readonly Subject[] = [
  OURS,
  ours("ours, toBufferedLambda", "ours", { form: "buffered", handler: "bufferedHandler" }),
  OURS_LOGGING,
  ours("ours, factory that takes its argument", "oursWithArgument"),
  ours("ours, fastPath off", "oursWithoutFastPath"),
  SDK,
  MCP_HANDLER,
  RECIPE,
  RECIPE_TUNED,
];
