import { readFileSync } from "node:fs";
import { cpus, loadavg, release, type } from "node:os";
import { join } from "node:path";

/** The machine and the software of a run. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  /** The load average of the minute before the run. */
  readonly load: number;
  readonly platform: string;
  /** The installed versions, by package. */
  readonly versions: Readonly<Record<string, string>>;
}

const BENCH = join(import.meta.dirname, "..");
const SHARED = ["@modelcontextprotocol/server", "@modelcontextprotocol/sdk", "zod", "esbuild"];

export function readMachine(): Machine {
  const peers = Object.keys(readPackage(join(BENCH, "package.json")).devDependencies ?? {});
  const packages = [...SHARED.map((name) => [name, join(BENCH, "..")]), ...peers.map((name) => [name, BENCH])];
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? "unknown processor",
    cores: cpus().length,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    platform: `${type()} ${release().split("-")[0]}, Node.js ${process.versions.node}`,
    versions: Object.fromEntries(
      packages.map(([name = "", folder = ""]) => [
        name,
        readPackage(join(folder, "node_modules", name, "package.json")).version,
      ]),
    ),
  };
}

interface Package {
  readonly version: string;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const readPackage = (path: string): Package => JSON.parse(readFileSync(path, "utf8"));
