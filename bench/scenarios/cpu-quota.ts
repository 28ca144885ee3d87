import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A control group whose processes share a part of a core. */
export interface CpuQuota extends Disposable {
  /** The command that runs `command` in the group. */
  enter(command: readonly string[]): readonly string[];
}

/** A Lambda function of 1,769 MB has one vCPU (Lambda Developer Guide, "Configure Lambda function memory"). */
export const QUOTA_OF_512_MB: number = 512 / 1_769;
const PERIOD_US = 20_000;

const GROUP = `mcp-anycloud-bench-${process.pid}`;
const V1 = "/sys/fs/cgroup/cpu";
const V2 = "/sys/fs/cgroup";

/** Undefined where this process may not make a control group, which takes Linux and root. */
export function openCpuQuota(part: number): CpuQuota | undefined {
  const quotaUs = Math.round(PERIOD_US * part);
  try {
    return existsSync(join(V1, "cpu.cfs_quota_us"))
      ? openGroup(join(V1, GROUP), { "cpu.cfs_period_us": PERIOD_US, "cpu.cfs_quota_us": quotaUs })
      : openGroup(join(V2, GROUP), { "cpu.max": `${quotaUs} ${PERIOD_US}` });
  } catch {
    return undefined;
  }
}

function openGroup(folder: string, settings: Readonly<Record<string, string | number>>): CpuQuota {
  mkdirSync(folder);
  try {
    for (const [file, value] of Object.entries(settings))
      writeFileSync(join(folder, file), String(value), { flag: "r+" });
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  return {
    enter: (command) => ["/bin/sh", "-c", `echo $$ > ${folder}/cgroup.procs; exec "$@"`, "sh", ...command],
    [Symbol.dispose]: () => rmdirSync(folder),
  };
}
