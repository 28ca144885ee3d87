import type { Platform } from "../clouds.ts";
import { shownPath } from "../files/shown-path.ts";
import { toTable } from "../table.ts";
import type { Artefact } from "./artefact/artefact.ts";

export interface Zip {
  readonly platform: Platform;
  readonly file: string;
  readonly bytes: number;
}

/** The outcome of `build`. */
export interface Built {
  readonly artefacts: readonly Artefact[];
  /** Functions of the toolkit's own that are deployed beside the server. */
  readonly hooks: readonly Artefact[];
  readonly zips: readonly Zip[];
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/** How each artefact is deployed. */
const DEPLOY: Readonly<Record<Platform, (folder: string) => string>> = {
  aws: (folder) => `deploy ${folder} as the code of a Lambda function, handler index.handler`,
  azure: (folder) => `cd ${folder} && func azure functionapp publish <app> --no-build --javascript`,
  gcp: (folder) => `gcloud run deploy mcp --source ${folder} --function mcp --base-image nodejs24`,
  container: (folder) => `docker build --tag <image> ${folder} && docker push <image>`,
};

/** For people: every file with its size, and how to deploy. */
export function toBuildText({ artefacts, hooks, zips }: Built): string {
  const rows = [...artefacts, ...hooks].flatMap(({ folder, files, assets, packages }) => [
    ...files.map(({ name, bytes, gzipBytes }) => [
      `${shownPath(folder)}/${name}`,
      kilobytes(bytes),
      kilobytes(gzipBytes),
    ]),
    ...(assets.length > 0 ? [[`${shownPath(folder)}/ (${assets.length} assets)`]] : []),
    ...packages.map(({ name, manifest }) => [`${shownPath(folder)}/node_modules/${name} ${manifest.version}`]),
  ]);
  const zipRows = zips.map(({ file, bytes }) => [shownPath(file), kilobytes(bytes)]);
  const columns = [{ title: "file" }, { title: "size", align: "right" }, { title: "gzip", align: "right" }] as const;
  const deployments = artefacts.map(({ platform, folder }) => [platform, DEPLOY[platform](shownPath(folder))]);
  return `${toTable(columns, [...rows, ...zipRows])}\n${toTable([{ title: "cloud" }, { title: "to deploy it" }], deployments)}`;
}

/** For machines: one JSON object in one line, with absolute paths. */
export function toBuildJson({ artefacts, zips, warnings }: Built): string {
  const listed = artefacts.map(({ platform, folder, files, assets, packages }) => ({
    cloud: platform,
    folder,
    zip: zips.find((zip) => zip.platform === platform)?.file,
    files: files.map(({ name, bytes, gzipBytes }) => ({ name, bytes, gzipBytes })),
    assets,
    packages: packages.map(({ name, manifest }) => ({ name, version: manifest.version })),
  }));
  return `${JSON.stringify({ ok: true, artefacts: listed, warnings })}\n`;
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
