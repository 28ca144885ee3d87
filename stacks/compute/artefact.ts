import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Annotations } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { refuse } from "../checks/refuse.ts";
import type { IngressKind } from "../ingress/ingress.ts";
import { packagedFolder } from "../packaged-folder.ts";

/** A Web Function is an HTTP server, and Google Cloud's artefact is the one that listens. */
const BUILT: Readonly<Record<IngressKind, { readonly cloud: string; readonly file: string }>> = {
  "rest-api": { cloud: "aws", file: "index.mjs" },
  "function-url": { cloud: "aws", file: "index.mjs" },
  "web-function": { cloud: "gcp", file: "server.mjs" },
};

/**
 * The folder that `mcp-anycloud build` made for the ingress, as a whole path. Where nothing is built, the stack has an error
 * and a stand-in: `cdk` then deploys nothing, but still bootstraps, lists and destroys.
 */
export function findArtefact(scope: Construct, ingress: IngressKind, given: string | undefined): string {
  const { cloud, file } = BUILT[ingress];
  const folder = given ?? join("dist", cloud);
  if (existsSync(join(folder, file))) return resolve(folder);
  const sentence = `there is no ${join(folder, file)}: run \`mcp-anycloud build --target ${cloud}\` first.`;
  Annotations.of(scope).addError(`artefact: ${sentence}`);
  return packagedFolder("not-built");
}

/**
 * The folder of the function that tries a new version, which `mcp-anycloud build` put beside the artefact. Where it does
 * not exist: undefined, or an error if the props ask for it.
 */
export function findSmokeHook(scope: Construct, artefact: string, wanted: boolean): string | undefined {
  const folder = join(dirname(artefact), "aws-smoke");
  const file = join(folder, "index.mjs");
  if (existsSync(file)) return folder;
  if (!wanted) return undefined;
  const sentence = `there is no ${file}: run \`mcp-anycloud build --target aws\` first.`;
  return refuse(scope, "deployment.preTrafficHook", sentence);
}
