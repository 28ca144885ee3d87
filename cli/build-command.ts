import { join, resolve } from "node:path";
import type { Artefact } from "./build/artefact.ts";
import { buildSmokeHook } from "./build/build-smoke-hook.ts";
import { buildTarget } from "./build/build-target.ts";
import { replaceFile } from "./build/replace-file.ts";
import { zipFile } from "./build/zip-file.ts";
import type { Cloud } from "./clouds.ts";
import type { BuildCommand } from "./command.ts";
import { findEntry } from "./entry.ts";
import { shownPath } from "./shown-path.ts";
import { toTable } from "./table.ts";

/** How each artefact is deployed. */
const DEPLOY: Readonly<Record<Cloud, (folder: string) => string>> = {
  aws: (folder) => `deploy ${folder} as the code of a Lambda function, handler index.handler`,
  azure: (folder) => `cd ${folder} && func azure functionapp publish <app> --no-build --javascript`,
  gcp: (folder) => `gcloud run deploy mcp --source ${folder} --function mcp --base-image nodejs24`,
};

/** Clouds that take an artefact as a zip file. */
const ZIPPED: readonly Cloud[] = ["aws", "azure"];

/** `mcp-anycloud build`: makes the artefacts and says how large they are and what to do with them. */
export async function buildCommand({ entry, clouds, outDir }: BuildCommand): Promise<void> {
  const module = findEntry(entry);
  const out = resolve(outDir);
  const artefacts: Artefact[] = [];
  for (const cloud of clouds) {
    const sourceMapDir = join(out, "source-maps", cloud);
    artefacts.push(await buildTarget({ cloud, entry: module, outDir: join(out, cloud), sourceMapDir }));
  }
  // Lies beside the artefact, where the stack looks for it.
  const hooks = clouds.includes("aws") ? [await buildSmokeHook(module, join(out, "aws-smoke"))] : [];
  const zips = await zipAll(artefacts.filter(({ cloud }) => ZIPPED.includes(cloud)));
  for (const warning of new Set(artefacts.flatMap(({ warnings }) => warnings))) process.stderr.write(`${warning}\n`);
  process.stdout.write(`${sizes([...artefacts, ...hooks], zips)}\n${deployments(artefacts)}`);
}

interface Zip {
  readonly file: string;
  readonly bytes: number;
}

/** Packs each artefact into a file beside its folder. */
async function zipAll(artefacts: readonly Artefact[]): Promise<Zip[]> {
  const zips: Zip[] = [];
  for (const { folder, files, assets } of artefacts) {
    const file = `${folder}.zip`;
    const content = zipFile(folder, [...files.map(({ name }) => name), ...assets]);
    await replaceFile(file, content);
    zips.push({ file, bytes: content.length });
  }
  return zips;
}

function sizes(artefacts: readonly Artefact[], zips: readonly Zip[]): string {
  const rows = artefacts.flatMap(({ folder, files, assets }) => [
    ...files.map(({ name, bytes, gzipBytes }) => [
      `${shownPath(folder)}/${name}`,
      kilobytes(bytes),
      kilobytes(gzipBytes),
    ]),
    ...(assets.length > 0 ? [[`${shownPath(folder)}/ (${assets.length} assets)`]] : []),
  ]);
  const zipRows = zips.map(({ file, bytes }) => [shownPath(file), kilobytes(bytes)]);
  const columns = [{ title: "file" }, { title: "size", align: "right" }, { title: "gzip", align: "right" }] as const;
  return toTable(columns, [...rows, ...zipRows]);
}

const deployments = (artefacts: readonly Artefact[]): string =>
  toTable(
    [{ title: "cloud" }, { title: "to deploy it" }],
    artefacts.map(({ cloud, folder }) => [cloud, DEPLOY[cloud](shownPath(folder))]),
  );

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
