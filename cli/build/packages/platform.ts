import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AnycloudError } from "../../../src/adapter.ts";
import type { Platform } from "../../clouds.ts";

/** Processors by Node.js's names. */
export type Cpu = "arm64" | "x64";

/**
 * The processor of each platform, which all run Linux with glibc: Lambda functions as the templates and the stack make them,
 * Azure's Flex Consumption and Cloud Run as they are, and nodes of most clusters.
 */
export const CPU: Readonly<Record<Platform, Cpu>> = { aws: "arm64", azure: "x64", gcp: "x64", container: "x64" };

/** Whether this machine runs what is installed for a platform. */
export const runsHere = (platform: Platform): boolean =>
  process.platform === "linux" && process.arch === CPU[platform] && !isMusl();

function isMusl(): boolean {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime === undefined;
}

/** `e_machine` of ELF's header (System V ABI, AArch64 and x86-64 supplements). */
const MACHINE: Readonly<Record<Cpu, number>> = { arm64: 183, x64: 62 };

/**
 * Checks that native code below `node_modules` is for the platform: of each package with such files, one must be, and none that
 * was compiled on this machine may be for another. Throws BUILD_FAILED with the name of the package.
 */
export function checkNativeCode(folder: string, cpu: Cpu): void {
  const fits = new Map<string, boolean>();
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!entry.endsWith(".node")) continue;
    const path = entry.replaceAll("\\", "/");
    const name = /^(?:.*\/node_modules\/)?((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path;
    const isFit = isFor(readFileSync(join(folder, entry)), cpu);
    const isCompiled = path.includes("/build/Release/");
    fits.set(name, isCompiled ? isFit : isFit || (fits.get(name) ?? false));
    if (isCompiled && !isFit) break;
  }
  const [wrong] = [...fits].find(([, isFit]) => !isFit) ?? [];
  if (wrong === undefined) return;
  const remedy = `build on a machine with Linux on ${cpu}, such as a container with --platform linux/${cpu === "x64" ? "amd64" : cpu}`;
  throw new AnycloudError("BUILD_FAILED", `${wrong} has no native code for Linux on ${cpu}: ${remedy}.`);
}

const isFor = (file: Buffer, cpu: Cpu): boolean =>
  file.length > 20 && file.readUInt32BE(0) === 0x7f_45_4c_46 && file.readUInt16LE(18) === MACHINE[cpu];
