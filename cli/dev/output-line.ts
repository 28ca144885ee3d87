import type { RequestRecord } from "../../src/adapter.ts";

/** One line that an instance printed, as a person wants to read it: the server's request records lose their JSON. */
export function toReadable(line: string): string {
  const record = requestRecordIn(line);
  if (!record) return line;
  const { httpMethod, path, mcpMethod, mcpName, status, durationMs, streamed, error } = record;
  const asked = [httpMethod, path, mcpMethod, mcpName].filter((part) => part !== undefined).join(" ");
  const served = `${asked} → ${status}${streamed ? " streamed" : ""} in ${Math.round(durationMs)} ms`;
  return error === undefined ? served : `${served}\n${error}`;
}

/** Platforms put words of their own before what a function prints. */
function requestRecordIn(line: string): RequestRecord | undefined {
  const json = /\{"time":.*"message":"request".*\}$/.exec(line)?.[0];
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
