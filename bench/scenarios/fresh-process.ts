import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Built } from "../artefacts.ts";
import type { FreshReport } from "../hosts/fresh.ts";
import type { Sample } from "../report/sample.ts";
import type { Subject } from "../subjects.ts";
import type { CpuQuota } from "./cpu-quota.ts";

/** The times of a new instance, in milliseconds. */
export interface Start {
  /** From the start of its process to its first answer. */
  readonly first: Sample;
  /** The mean of the further requests; undefined when there were none. */
  readonly next?: Sample | undefined;
}

export interface StartOptions {
  readonly program: string;
  readonly built: Built;
  readonly subject: Subject;
  readonly event: object;
  /** How many requests follow the first one. */
  readonly further?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly quota?: CpuQuota | undefined;
}

const MARK = "bench ";

/** Starts an instance, lets it serve, and waits for its end. Rejects when it answers anything but the expected result. */
export async function startFresh(options: StartOptions): Promise<Start> {
  const { program, built, subject, event, further = 0, environment, quota } = options;
  const args = [program, built.url, subject.form, subject.handler, JSON.stringify(event), String(further)];
  const command = [process.execPath, ...args];
  const [file = "", ...rest] = quota ? quota.enter(command) : command;
  const env = { PATH: process.env.PATH, ...subject.environment, ...environment };
  const startedAt = performance.now();
  const instance = spawn(file, rest, { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(instance, "close");
  const reports: FreshReport[] = [];
  let firstMs = 0;
  for await (const line of createInterface({ input: instance.stdout })) {
    if (!line.startsWith(MARK)) continue;
    firstMs ||= performance.now() - startedAt;
    reports.push(JSON.parse(line.slice(MARK.length)));
  }
  const [code] = await ended;
  const [first, { meanMs, meanCpuMs } = {}] = reports;
  if (code !== 0 || !first) throw new Error(`${subject.title} ended with code ${code} before its first answer.`);
  return {
    first: { wall: firstMs, cpu: first.cpuMs },
    ...(meanMs !== undefined && meanCpuMs !== undefined && { next: { wall: meanMs, cpu: meanCpuMs } }),
  };
}
