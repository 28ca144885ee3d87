import { styleText } from "node:util";
import type { RequestRecord } from "../../src/adapter.ts";
import type { ObservedEvent } from "./observer/observed-event.ts";

/** One line that an instance printed. */
export type OutputLine =
  | { readonly kind: "text"; readonly text: string }
  /** A request that was served; `error`: the failure, or what its handler threw, with the user's part of the stack. */
  | { readonly kind: "record"; readonly record: RequestRecord; readonly error?: string };

/** Where the toolkit begins to write, behind what the server wrote without a line feed. */
const JOINT = /(?<=.)\{"(?:message":"dev","requestId|schema":\d+,"time)":/;

/** The parts of a line that were written one by one. */
export function partsOf(line: string): readonly string[] {
  const at = line.search(JOINT);
  const isOurs = at > 0 && readLine(line.slice(at)).kind !== "text";
  return isOurs ? [line.slice(0, at), line.slice(at)] : [line];
}

/** Reads a line, or a part of one. */
export function readLine(line: string): OutputLine | { readonly kind: "event"; readonly event: ObservedEvent } {
  const event = jsonIn<ObservedEvent>(line, /^\{"message":"dev","requestId":.*\}$/);
  if (event) return { kind: "event", event };
  const record = jsonIn<RequestRecord>(line, /^\{"schema":\d+,"time":.*"message":"request".*\}$/);
  return record ? { kind: "record", record } : { kind: "text", text: line };
}

function jsonIn<Value>(line: string, pattern: RegExp): Value | undefined {
  const json = pattern.exec(line)?.[0];
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** A line as a person wants to read it: the server's request records lose their JSON. Coloured where the terminal wants it. */
export function toReadable(line: OutputLine): string {
  if (line.kind === "text") return line.text;
  const { httpMethod, path, mcpMethod, mcpName, status, durationMs, streamed, outcome } = line.record;
  const request = [httpMethod, path, mcpMethod, mcpName].filter((part) => part !== undefined).join(" ");
  const color = status >= 500 ? "red" : COLORS[outcome ?? ""];
  const result = `${status}${outcome === undefined ? "" : ` ${outcome}`}`;
  const took = `${streamed ? " streamed" : ""} in ${Math.round(durationMs)} ms`;
  const served = `${request} → ${color ? colored(color, result) : result}${colored("dim", took)}`;
  return line.error === undefined ? served : `${served}\n${indented(line.error)}`;
}

const COLORS: Readonly<Record<string, "green" | "yellow" | "cyan" | "red">> = {
  ok: "green",
  input_required: "cyan",
  refused: "yellow",
  tool_error: "yellow",
  protocol_error: "red",
  timed_out: "red",
  instance_lost: "red",
};

const indented = (error: string): string =>
  error
    .replaceAll(`${process.cwd()}/`, "")
    .replaceAll(/^/gm, "    ")
    .replaceAll(/^.*$/gm, (text) => colored("yellow", text));

/** Text in a colour, as NO_COLOR, FORCE_COLOR and the terminal have it. */
export const colored = (format: Parameters<typeof styleText>[0], text: string): string => styleText(format, text);
