/** Writes `schemas/*.json`: what the providers' schemas say of the types that the templates use. */
import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openPackage, PROVIDER_PACKAGES, WRITTEN_BY_HAND } from "./schema-source/packages.ts";
import { providerSlice } from "./schema-source/provider-slice.ts";
import { usedTypes } from "./schema-source/used-types.ts";

const schemas = new URL("schemas/", import.meta.url);
const { values } = parseArgs({ options: { packages: { type: "string" } } });
// Three of the packages are 30 to 45 MB: `--packages <folder>` keeps them between runs.
const downloads = values.packages ?? mkdtempSync(join(tmpdir(), "mcp-anycloud-schemas-"));
try {
  const used = usedTypes(new URL("../../templates/", import.meta.url));
  for (const file of globSync("*.json", { cwd: schemas }))
    if (!used.has(basename(file, ".json"))) rmSync(new URL(file, schemas));
  for (const [name, types] of [...used].sort()) {
    if (WRITTEN_BY_HAND.includes(name)) continue;
    const specifier = PROVIDER_PACKAGES[name];
    if (!specifier)
      throw new Error(`No package is known for provider "${name}"; name one in schema-source/packages.ts.`);
    const slice = providerSlice(openPackage(specifier, downloads), specifier, types);
    writeFileSync(new URL(`${name}.json`, schemas), `${JSON.stringify(slice)}\n`);
    const counts = `${Object.keys(slice.resources).length} resources, ${Object.keys(slice.dataSources).length} data sources`;
    console.error(`${name} ${slice.version}: ${counts}`);
  }
  // One attribute a line, so that a change can be read.
  execFileSync("npx", ["biome", "format", "--write", fileURLToPath(schemas)], { stdio: "inherit" });
} finally {
  if (!values.packages) rmSync(downloads, { recursive: true, force: true });
}
