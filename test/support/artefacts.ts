import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildTarget } from "../../cli/build/build-target.ts";
import type { EntryKind } from "../../cli/build/entry/entry-source.ts";
import type { Cloud } from "../../cli/clouds.ts";
import { ROOT } from "../cli/project.ts";

/** Names the folder that the artefacts of one test run are in, so that its processes build each of them once. */
const VARIABLE = "TEST_ARTEFACTS";

/** Vitest calls it before the first test process starts, and what it returns after the last one. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "test-artefacts-"));
  process.env[VARIABLE] = folder;
  // Most of what a short-lived process of Node.js does is to compile what another one compiled before.
  process.env.NODE_COMPILE_CACHE = join(folder, "compiled");
  return () => rmSync(folder, { recursive: true, force: true });
}

/** An artefact to serve. `release` takes it away when nobody else can use it. */
export interface BuiltArtefact {
  readonly folder: string;
  release(): Promise<void>;
}

/** Builds an entry for a cloud, or takes what another test of this run built of it. Nobody may change what is in it. */
export async function builtArtefact(cloud: Cloud, entry: string, kind: EntryKind): Promise<BuiltArtefact> {
  const run = process.env[VARIABLE];
  // Modules elsewhere are written by tests, which change them.
  const shared = run && entry.startsWith(ROOT) ? join(run, nameOf(cloud, entry, kind)) : undefined;
  if (shared && existsSync(shared)) return { folder: shared, release: async () => {} };
  const own = await mkdtemp(join(shared ? (run as string) : tmpdir(), `artefact-${cloud}-`));
  const discard = (): Promise<void> => rm(own, { recursive: true, force: true });
  try {
    await buildTarget({ platform: cloud, entry, outDir: own, kind });
  } catch (error) {
    await discard();
    throw error;
  }
  if (!shared) return { folder: own, release: discard };
  // Another process may have been faster; its artefact is the same.
  await rename(own, shared).catch(discard);
  return { folder: shared, release: async () => {} };
}

const nameOf = (...parts: readonly string[]): string => createHash("sha256").update(parts.join("\n")).digest("hex");
