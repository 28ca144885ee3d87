import type { Artefacts, Built } from "../artefacts.ts";
import type { Row } from "../report/row.ts";
import type { Source } from "../subjects.ts";
import type { Bench, Finding } from "./scenario.ts";

/** Without maps and licences, which no process loads. */
const CODE = /\.(mjs|cjs|wasm)$/;

interface Bundle {
  readonly title: string;
  readonly source: Source;
  /** Files that count; default: those that every call loads. */
  readonly files?: readonly string[];
  /** Most kilobytes, of 1,000 bytes (issue 7, "What must hold", 2). */
  readonly atMost?: number;
}

const START = ["index.mjs"];
const BUNDLES: readonly Bundle[] = [
  { title: "ours without a store", source: "oursWithoutStore", files: START, atMost: 330 },
  { title: "ours with the store, what starts", source: "ours", files: START },
  {
    title: "ours with the store, what Lambda loads",
    source: "ours",
    files: [...START, "aws-client.cjs"],
    atMost: 450,
  },
  { title: "ours, all files of the artefact", source: "ours" },
  { title: "SDK v2, thinnest mapping", source: "sdk" },
  { title: "SDK v2 + lib-dynamodb", source: "sdkReading" },
  { title: "mcp-handler", source: "mcpHandler" },
  { title: "SDK v1 + express + serverless-http", source: "recipe" },
];

const ZOD =
  'Bundles: everybody imports zod as `import * as z from "zod/v4"`, which leaves its locales out; `import { z } from "zod"` adds some 260 kB to every peer, and nothing to ours.';

/** Bytes of what is deployed. */
export async function measureBundles({ artefacts }: Bench): Promise<Finding> {
  return { rows: BUNDLES.flatMap((bundle) => rowsOf(bundle, artefacts)), notes: [ZOD] };
}

function rowsOf({ title, source, files, atMost }: Bundle, artefacts: Artefacts): Row[] {
  const { bytes, gzipBytes } = sizeOf(artefacts[source], files);
  const ours = atMost === undefined ? undefined : { as: "itself" as const, wall: bytes / 1000, target: { atMost } };
  const names = { subject: title, unit: "kB" };
  return [
    { ...names, scenario: "bundle, minified", median: bytes / 1000, ...(ours && { ours }) },
    { ...names, scenario: "bundle, gzip", median: gzipBytes / 1000 },
  ];
}

function sizeOf({ files }: Built, names?: readonly string[]): { bytes: number; gzipBytes: number } {
  const counted = [...files].filter(([name]) => (names ? names.includes(name) : CODE.test(name)));
  return {
    bytes: counted.reduce((sum, [, { bytes }]) => sum + bytes, 0),
    gzipBytes: counted.reduce((sum, [, { gzipBytes }]) => sum + gzipBytes, 0),
  };
}
