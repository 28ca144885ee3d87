import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

/** A folder with an `index.mjs` as Lambda would get it. */
export interface Artefact {
  readonly folder: string;
  /** Puts another `index.mjs` in its place: `source` as it is. */
  replace(source: string): Promise<void>;
  remove(): Promise<void>;
}

const ADAPTER = JSON.stringify(join(import.meta.dirname, "../../adapters/aws/entry.ts"));

/** Bundles the adapter around `handler`, the source text of an `HttpHandler`. */
export async function buildArtefact(handler: string): Promise<Artefact> {
  const source = `
    import { toBufferedLambda, toLambda } from ${ADAPTER};
    const serve = ${handler};
    export const handler = toLambda(serve);
    export const bufferedHandler = toBufferedLambda(serve);
  `;
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    bundle: true,
    format: "esm",
    platform: "node",
    conditions: ["@mcp-anycloud/source"],
    write: false,
  });
  return writeArtefact(outputFiles[0]?.text ?? "");
}

/** An artefact of exactly this `index.mjs`. */
export async function writeArtefact(source: string): Promise<Artefact> {
  const folder = await mkdtemp(join(tmpdir(), "aws-artefact-"));
  const replace = (text: string): Promise<void> => writeFile(join(folder, "index.mjs"), text);
  await replace(source);
  return { folder, replace, remove: () => rm(folder, { recursive: true, force: true }) };
}
