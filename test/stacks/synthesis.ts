import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, type Environment } from "aws-cdk-lib";
import { afterAll } from "vitest";
import type { IngressKind } from "../../stacks/ingress/ingress.ts";
import type { McpServerProps } from "../../stacks/mcp-server-props.ts";
import { McpServerStack } from "../../stacks/mcp-server-stack.ts";

export const INGRESSES: readonly IngressKind[] = ["rest-api", "function-url", "web-function"];

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A synthesized stack, as CloudFormation gets it. */
export interface Synthesis {
  readonly template: {
    readonly Resources: Record<string, Resource>;
    readonly Outputs: Record<string, { Value: unknown }>;
  };
  /** The resources of one type, by logical id. */
  resources(type: string): [string, Resource][];
  /** Properties of the only one of a type. */
  only(type: string): Record<string, unknown>;
  /** The findings of CDK's validation and its plugins, from the report. */
  readonly findings: unknown[];
}

export interface SynthesisOptions {
  readonly env?: Environment;
  /** Adds checks to the app. Without this, CDK's own validation does not run either, which takes seconds to warm up. */
  readonly check?: (app: App) => void;
  /** Adds to the stack, or gives props that need one. */
  readonly extend?: (stack: McpServerStack) => void;
}

/** Folders that look built, so that no test depends on what is in dist/. They are removed after the tests of the file. */
const WORK = mkdtempSync(join(tmpdir(), "mcp-anycloud-stacks-"));
export const BUILT: string = join(WORK, "dist/aws");
/** A server without the function that tries it. */
export const BUILT_ALONE: string = join(WORK, "alone/aws");
for (const folder of [BUILT, BUILT_ALONE, join(WORK, "dist/aws-smoke")]) {
  mkdirSync(folder, { recursive: true });
  for (const file of ["index.mjs", "server.mjs"]) writeFileSync(join(folder, file), "// built\n");
}
// Workers of the test runner are ended, and have no exit of their own.
afterAll(() => rmSync(WORK, { recursive: true }));

/** The flags that `cdk` would pass. */
const { context } = JSON.parse(readFileSync(new URL("../../cdk.json", import.meta.url), "utf8")) as {
  context: Record<string, unknown>;
};

/** A public server with this ingress, but for what `server` says. */
const withDefaults = (server: Partial<McpServerProps>): McpServerProps => ({
  auth: "public",
  artefact: BUILT,
  ...server,
});

export function synthesize(server: Partial<McpServerProps>, options: SynthesisOptions = {}): Synthesis {
  const { env, check, extend } = options;
  const app = new App({ context, outdir: mkdtempSync(join(WORK, "out-")), builtinCloudFormationValidation: !!check });
  check?.(app);
  const stack = new McpServerStack(app, "Mcp", { server: withDefaults(server), ...(env && { env }) });
  extend?.(stack);
  const assembly = app.synth();
  const template = assembly.getStackByName("Mcp").template as Synthesis["template"];
  const resources = (type: string): [string, Resource][] =>
    Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
  return {
    template,
    resources,
    only(type) {
      const [found, ...more] = resources(type);
      if (!found || more.length > 0) throw new Error(`Of ${type} there are ${found ? more.length + 1 : 0}, not one.`);
      return found[1].Properties;
    },
    findings: check ? findingsIn(assembly.directory) : [],
  };
}

function findingsIn(directory: string): unknown[] {
  const report = readFileSync(join(directory, "validation-report.json"), "utf8");
  return (JSON.parse(report) as { pluginReports: unknown[] }).pluginReports;
}
