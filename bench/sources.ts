import type { Cloud } from "../cli/clouds.ts";

interface SourceFile {
  /** Relative to this folder. */
  readonly path: string;
  /** `peer` is bundled as it is; the others are entries of `mcp-anycloud build`. */
  readonly kind: "server" | "handler" | "peer";
  /** Default `aws`. */
  readonly cloud?: Cloud;
}

export type Source =
  | "empty"
  | "ours"
  | "oursContainer"
  | "oursWithoutFastPath"
  | "oursWithoutStore"
  | "oursWithServices"
  | "oursGateway"
  | "oursInSession"
  | "oursReading"
  | "oursWithApi"
  | "oursWithOtel"
  | "oursWithOtelContainer"
  | "sdk"
  | "sdkNode"
  | "sdkReading"
  | "sdkSession"
  | "mcpHandler"
  | "recipe"
  | "recipeTuned"
  | "recipeSession";

/** Every module that is bundled. */
export const SOURCES: Readonly<Record<Source, SourceFile>> = {
  empty: { path: "subjects/empty.ts", kind: "peer" },
  ours: { path: "subjects/ours.ts", kind: "server" },
  oursContainer: { path: "subjects/ours.ts", kind: "server", cloud: "gcp" },
  oursWithoutFastPath: { path: "subjects/ours-without-fast-path.ts", kind: "handler" },
  oursWithoutStore: { path: "subjects/ours-without-store.ts", kind: "handler" },
  oursWithServices: { path: "subjects/ours-with-services.ts", kind: "handler" },
  oursGateway: { path: "subjects/ours-gateway.ts", kind: "server" },
  oursInSession: { path: "subjects/ours-in-session.ts", kind: "handler" },
  oursReading: { path: "subjects/ours-reading.ts", kind: "server" },
  oursWithApi: { path: "subjects/observed-project/ours-with-api.ts", kind: "server" },
  oursWithOtel: { path: "subjects/ours-with-otel.ts", kind: "server" },
  oursWithOtelContainer: { path: "subjects/ours-with-otel.ts", kind: "server", cloud: "gcp" },
  sdk: { path: "peers/sdk.ts", kind: "peer" },
  sdkNode: { path: "peers/sdk-node.ts", kind: "peer" },
  sdkReading: { path: "peers/sdk-reading.ts", kind: "peer" },
  sdkSession: { path: "peers/sdk-session.ts", kind: "peer" },
  mcpHandler: { path: "peers/mcp-handler.ts", kind: "peer" },
  recipe: { path: "peers/recipe.ts", kind: "peer" },
  recipeTuned: { path: "peers/recipe-tuned.ts", kind: "peer" },
  recipeSession: { path: "peers/recipe-session.ts", kind: "peer" },
};
