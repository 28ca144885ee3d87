import { mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { buildTarget } from "../cli/build/build-target.ts";
import type { Cloud } from "../cli/clouds.ts";
import { SOURCES, type Source } from "./sources.ts";

/** A bundle as it is deployed. */
export interface Built {
  readonly url: string;
  readonly folder: string;
  readonly files: ReadonlyMap<string, BuiltFile>;
}

interface BuiltFile {
  readonly bytes: number;
  readonly gzipBytes: number;
  /** Source files in it; none of a peer. */
  readonly inputs?: readonly string[];
}

export type Artefacts = Readonly<Record<Source, Built>>;

const OUT = join(import.meta.dirname, "dist");
const HOSTS = ["warm", "fresh", "loaded", "http"] as const;

/** Programs that run artefacts, by name. They are compiled, because Node.js takes time to strip types from TypeScript. */
export type HostPrograms = Readonly<Record<(typeof HOSTS)[number], string>>;

/** Bundles every source: ours with the bundler of `mcp-anycloud build`, peers with esbuild's defaults for Node.js, minified. */
export async function buildArtefacts(): Promise<{ artefacts: Artefacts; hosts: HostPrograms }> {
  await mkdir(OUT, { recursive: true });
  const built: [string, Built][] = [];
  for (const [name, { path, kind, cloud }] of Object.entries(SOURCES)) {
    const entry = join(import.meta.dirname, path);
    built.push([name, kind === "peer" ? await buildPeer(entry, name) : await buildOurs(entry, name, kind, cloud)]);
  }
  const hosts = await Promise.all(HOSTS.map(async (name) => [name, await buildHost(name)] as const));
  return { artefacts: Object.fromEntries(built) as Artefacts, hosts: Object.fromEntries(hosts) as HostPrograms };
}

async function buildOurs(
  entry: string,
  name: string,
  kind: "server" | "handler",
  cloud: Cloud = "aws",
): Promise<Built> {
  const folder = join(OUT, name);
  const { files } = await buildTarget({ platform: cloud, entry, outDir: folder, kind });
  const program = cloud === "gcp" ? "server.mjs" : "index.mjs";
  return {
    folder,
    url: pathToFileURL(join(folder, program)).href,
    files: new Map(files.map((file) => [file.name, file])),
  };
}

async function buildPeer(entry: string, name: string): Promise<Built> {
  const outfile = join(OUT, name, "index.mjs");
  await bundle(entry, outfile, true);
  const content = await readFile(outfile);
  const size = { bytes: content.length, gzipBytes: gzipSync(content, { level: 9 }).length };
  return {
    folder: join(OUT, name),
    url: pathToFileURL(outfile).href,
    files: new Map([[basename(outfile), size]]),
  };
}

async function buildHost(name: string): Promise<string> {
  const outfile = join(OUT, "hosts", `${name}.mjs`);
  await bundle(join(import.meta.dirname, "hosts", `${name}.ts`), outfile, false);
  return outfile;
}

const bundle = (entry: string, outfile: string, minify: boolean): Promise<unknown> =>
  build({
    entryPoints: [entry],
    outfile,
    minify,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    legalComments: "none",
    logLevel: "error",
    // CommonJS packages in an ES module need a `require` for the modules of Node.js.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });
