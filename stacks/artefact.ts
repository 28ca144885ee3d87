import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Construct } from "constructs";
import type { FrontDoorKind } from "./front-door.ts";
import { refuse } from "./refuse.ts";

/** A Web Function is an HTTP server, and the one that listens is the container of the third cloud. */
const BUILT: Readonly<Record<FrontDoorKind, { readonly cloud: string; readonly file: string }>> = {
  "rest-api": { cloud: "aws", file: "index.mjs" },
  "function-url": { cloud: "aws", file: "index.mjs" },
  "web-function": { cloud: "gcp", file: "server.mjs" },
};

/** The folder that `mcp-anycloud build` made for the front door, as a whole path. */
export function findArtefact(scope: Construct, frontDoor: FrontDoorKind, given: string | undefined): string {
  const { cloud, file } = BUILT[frontDoor];
  const folder = given ?? join("dist", cloud);
  if (existsSync(join(folder, file))) return resolve(folder);
  const sentence = `there is no ${join(folder, file)}: run \`mcp-anycloud build --target ${cloud}\` first.`;
  return refuse(scope, "artefact", sentence);
}
