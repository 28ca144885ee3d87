import type { Form } from "./hosts/lambda-host.ts";
import type { Era } from "./requests.ts";
import type { Source } from "./sources.ts";

/** A Lambda function that is measured. */
export interface Subject {
  readonly title: string;
  readonly source: Source;
  readonly form: Form;
  /** The name of the exported handler. */
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

/** Node.js alone. */
export const EMPTY: Subject = peer("an empty process", "empty");

/** The subject that all others are compared with. */
export const OURS: Subject = ours("ours", "ours");
export const OURS_WITHOUT_STORE: Subject = ours("ours without a store", "oursWithoutStore");
export const OURS_READING: Subject = ours("ours, reading an item", "oursReading");
export const OURS_IN_SESSION: Subject = ours("ours, memory store", "oursInSession", { eras: ["2025-11-25"] });
const OURS_BUFFERED = ours("ours, toBufferedLambda", "ours", { form: "buffered", handler: "bufferedHandler" });
const OURS_LOGGING = ours("ours, with its request log", "ours", { environment: {} });
const OURS_WITHOUT_FAST_PATH = ours("ours, fastPath: false", "oursWithoutFastPath");
const OURS_WITH_SERVICES = ours("ours, a factory that uses services", "oursWithServices", { eras: ["2026-07-28"] });
export const OURS_GATEWAY: Subject = ours("ours, behind a gateway in the same process", "oursGateway");
export const OURS_WITH_API: Subject = ours("ours, in a project with OpenTelemetry's API", "oursWithApi");
export const OURS_WITH_OTEL: Subject = ours("ours, with mcp-anycloud/otel", "oursWithOtel");

export const SDK: Subject = peer("SDK v2, thinnest mapping", "sdk");
export const SDK_READING: Subject = peer("SDK v2 + lib-dynamodb, reading an item", "sdkReading");
export const SDK_IN_SESSION: Subject = peer("SDK v2, sessions in a Map", "sdkSession", ["2025-11-25"]);
export const MCP_HANDLER: Subject = peer("mcp-handler", "mcpHandler");
export const RECIPE: Subject = peer("SDK v1 + express + serverless-http", "recipe", ["2025-11-25"]);
export const RECIPE_IN_SESSION: Subject = peer("SDK v1 + express, sessions in a Map", "recipeSession", ["2025-11-25"]);
const RECIPE_TUNED = peer("the same, one shared validator", "recipeTuned", ["2025-11-25"]);

/** The subjects that there are targets for. */
export const MAIN_SUBJECTS: readonly Subject[] = [OURS, SDK, RECIPE];

/** The subjects of `--quick`: these, and the rows that say what a choice of the user's costs. */
export const QUICK_SUBJECTS: readonly Subject[] = [
  OURS,
  OURS_WITHOUT_FAST_PATH,
  OURS_WITH_SERVICES,
  OURS_GATEWAY,
  SDK,
  RECIPE,
];

/** Every subject that serves requests without a session, ours first. */
export const SUBJECTS: readonly Subject[] = [
  OURS,
  OURS_BUFFERED,
  OURS_LOGGING,
  OURS_WITHOUT_FAST_PATH,
  OURS_WITH_SERVICES,
  OURS_GATEWAY,
  SDK,
  MCP_HANDLER,
  RECIPE,
  RECIPE_TUNED,
];
