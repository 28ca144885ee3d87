import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { toEvent } from "../requests.ts";
import type { Subject } from "../subjects.ts";
import { firstRequest } from "./reading.ts";
import type { Bench } from "./scenario.ts";

/** The names of the files of a subject's artefact that a new process loads to answer one call. */
export async function loadedFiles(
  subject: Subject,
  { artefacts, hosts }: Bench,
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const { url } = artefacts[subject.source];
  const args = [hosts.loaded, url, subject.form, subject.handler, JSON.stringify(toEvent(firstRequest(subject)))];
  const env = { PATH: process.env.PATH, ...subject.environment, ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout.split("\n").at(-1) ?? "[]");
}
