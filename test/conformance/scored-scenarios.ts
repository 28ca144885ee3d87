import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import * as z from "zod/v4";
import type { Revision } from "./revision.ts";

const requirements = z.object({ server: z.array(z.string()).nonempty() });
const expectations = z.record(z.string(), z.array(z.string()));

/** Scenarios that the suite runs without scoring them, and that a server with sessions has to pass all the same. */
export const UNSCORED_BUT_REQUIRED: Readonly<Record<Revision, readonly string[]>> = {
  "2025-11-25": ["server-session-lifecycle", "server-sse-polling"],
  "2026-07-28": [],
};

/** Names of the scenarios that a server of this revision must pass, from the suite's own frozen list. */
export async function readScoredScenarios(revision: Revision): Promise<readonly string[]> {
  const list = import.meta.resolve(`@modelcontextprotocol/conformance/requirements/${revision}.yaml`);
  return requirements.parse(parse(await readFile(fileURLToPath(list), "utf8"))).server;
}

/** Names of the scenarios that are known to fail in this revision: `expected-failures.yaml`. */
export async function readExpectedFailures(revision: Revision): Promise<readonly string[]> {
  const list = await readFile(new URL("expected-failures.yaml", import.meta.url), "utf8");
  return expectations.parse(parse(list))[revision] ?? [];
}
