import { AnycloudError } from "../../src/adapter.ts";
import { ownPackage } from "../package-json.ts";
import type { Choices } from "./choose.ts";

type Words = Readonly<Record<string, string>>;

export interface Manifest {
  readonly type?: unknown;
  readonly scripts?: Words;
  readonly dependencies?: Words;
  readonly devDependencies?: Words;
}

/** Reads a package.json. Throws USAGE where it cannot be extended. */
export function readManifest(text: string): Manifest {
  try {
    const manifest: unknown = JSON.parse(text);
    if (typeof manifest === "object" && manifest !== null && !Array.isArray(manifest)) return manifest;
  } catch {
    // The same sentence as for JSON that is no object.
  }
  throw new AnycloudError("USAGE", "package.json is not a JSON object: correct it, then run init again.");
}

/** A manifest with what a project needs and it lacks, and the names of that. Nothing that is there is changed. */
export function extendManifest(manifest: Manifest, choices: Choices): { manifest: Manifest; added: string[] } {
  const added: string[] = [];
  const isInstalled = (name: string): boolean => name in { ...manifest.dependencies, ...manifest.devDependencies };
  const merge = (field: "scripts" | "dependencies" | "devDependencies", wanted: Words): Record<string, Words> => {
    const there = manifest[field] ?? {};
    const missing = Object.keys(wanted).filter((name) => !(field === "scripts" ? name in there : isInstalled(name)));
    added.push(...missing.map((name) => (field === "scripts" ? `script ${name}` : name)));
    const more = Object.fromEntries(missing.map((name) => [name, wanted[name] ?? ""]));
    return missing.length === 0 ? {} : { [field]: { ...there, ...more } };
  };
  const extended = {
    ...manifest,
    ...merge("scripts", scriptsOf(choices)),
    ...merge("dependencies", dependenciesOf(choices)),
    ...merge("devDependencies", devDependenciesOf(choices)),
  };
  return { manifest: extended, added };
}

function scriptsOf({ clouds, terraform }: Choices): Words {
  const build = ["mcp-anycloud build", ...(clouds.length < 3 ? clouds.map((cloud) => `--target ${cloud}`) : [])];
  const usesCdk = clouds.includes("aws") && !terraform;
  return {
    dev: "mcp-anycloud dev",
    test: "tsc && node --test",
    build: build.join(" "),
    ...(usesCdk && { "deploy:aws": "mcp-anycloud build --target aws && cdk deploy" }),
  };
}

/** The version that this package was tested with, or a newer one that is compatible. */
function versionOf(name: string): string {
  const { dependencies, devDependencies } = ownPackage;
  return `^${(dependencies[name] ?? devDependencies[name] ?? "").replace(/^\^/, "")}`;
}

const versionsOf = (...names: readonly string[]): Words =>
  Object.fromEntries(names.map((name) => [name, versionOf(name)]));

function dependenciesOf({ sdk }: Choices): Words {
  const server = sdk === "v1" ? "@modelcontextprotocol/sdk" : "@modelcontextprotocol/server";
  return { ...versionsOf(server), "mcp-anycloud": `^${ownPackage.version}`, ...versionsOf("zod") };
}

function devDependenciesOf({ sdk, clouds, terraform }: Choices): Words {
  const client = sdk === "v1" ? [] : ["@modelcontextprotocol/client"];
  const cdk = clouds.includes("aws") && !terraform ? ["aws-cdk", "aws-cdk-lib", "constructs"] : [];
  return versionsOf(...client, "@types/node", ...cdk, "typescript");
}
