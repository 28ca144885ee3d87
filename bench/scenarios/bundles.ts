import type { Built } from "../artefacts.ts";
import type { Row, Target } from "../report/row.ts";
import { MCP_HANDLER, OURS_READING, OURS_WITHOUT_STORE, RECIPE, SDK, SDK_READING, type Subject } from "../subjects.ts";
import { BUNDLE_WITH_STORE, BUNDLE_WITHOUT_STORE } from "../targets.ts";
import { loadedFiles } from "./loaded-files.ts";
import { READING, startReadingTable } from "./reading.ts";
import type { Bench, Finding } from "./scenario.ts";

const BUNDLES: ReadonlyArray<readonly [subject: Subject, target?: Target]> = [
  [OURS_WITHOUT_STORE, BUNDLE_WITHOUT_STORE],
  [OURS_READING, BUNDLE_WITH_STORE],
  [SDK],
  [SDK_READING],
  [MCP_HANDLER],
  [RECIPE],
];

/** Code, without source maps and licences, which no process loads. */
const CODE = /\.(mjs|cjs|wasm)$/;

const NOTE =
  'Bundles: the files of the artefact that a new process loads to answer one call, which was watched. Every subject imports zod as `import * as z from "zod/v4"`, which leaves its locales out; `import { z } from "zod"` adds some 260 kB to every peer, and nothing to ours.';

/** The size of what is deployed and loaded. */
export async function measureBundles(bench: Bench): Promise<Finding> {
  await using table = await startReadingTable();
  const rows: Row[] = [];
  for (const [subject, target] of BUNDLES) {
    const built = bench.artefacts[subject.source];
    const loaded = await loadedFiles(subject, bench, READING.includes(subject) ? table.environment : {});
    const { bytes, gzipBytes } = sizeOf(built, (name) => loaded.includes(name));
    const ours = target && ({ as: "itself", wall: bytes / 1000, target } as const);
    const names = { subject: subject.title, unit: "kB" };
    rows.push(
      { ...names, scenario: "bundle, loaded by a call", median: bytes / 1000, ...(ours && { ours }) },
      { ...names, scenario: "bundle, loaded by a call, gzip", median: gzipBytes / 1000 },
    );
  }
  const { bytes } = sizeOf(bench.artefacts.ours, (name) => CODE.test(name));
  rows.push({ subject: "ours", scenario: "bundle, all code of the artefact", unit: "kB", median: bytes / 1000 });
  return { rows, notes: [NOTE] };
}

function sizeOf({ files }: Built, counts: (name: string) => boolean): { bytes: number; gzipBytes: number } {
  const counted = [...files].filter(([name]) => counts(name));
  return {
    bytes: counted.reduce((sum, [, { bytes }]) => sum + bytes, 0),
    gzipBytes: counted.reduce((sum, [, { gzipBytes }]) => sum + gzipBytes, 0),
  };
}
