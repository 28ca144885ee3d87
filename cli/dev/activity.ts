import type { RequestRecord } from "../../src/adapter.ts";
import type { Cloud } from "../clouds.ts";
import type { ObservedEvent, TaskWritten } from "./observer/observed-event.ts";
import { type OutputLine, readLine } from "./output-line.ts";
import { createTaskActivity, type TaskActivity, type TaskView } from "./task-activity.ts";

/** One request to an ingress, as far as it is known. */
interface RequestView {
  /** Counts the requests of this run, from 1. */
  readonly number: number;
  readonly cloud: Cloud;
  readonly requestId: string;
  /** Unix time in milliseconds. */
  readonly at: number;
  /** Process id of the instance. */
  pid?: number;
  httpMethod?: string;
  path?: string;
  mcpMethod?: string;
  mcpName?: string;
  /** The beginning of the session's id. */
  session?: string;
  era?: "modern" | "legacy";
  status?: number;
  outcome?: string;
  durationMs?: number;
  streamed?: boolean;
  /** Operations of the store. */
  reads?: number;
  writes?: number;
  /** Events of the response's stream, of which the last ones are kept. */
  readonly events: StreamEvent[];
  eventCount: number;
  /** The last operations of the store. */
  readonly operations: StoreOperation[];
  /** Trace of the caller, or of the server's own where it has telemetry. */
  traceId?: string;
  /** Errors of handlers, or the failure of the request. */
  error?: string;
  isClosed: boolean;
}

interface StreamEvent {
  /** Milliseconds after the request came. */
  readonly afterMs: number;
  readonly kind: string;
  readonly bytes: number;
}

interface StoreOperation {
  /** Milliseconds after the request came. */
  readonly afterMs: number;
  readonly durationMs: number;
  readonly kind: "read" | "write";
  readonly subject: string;
}

/** A line of the log that is no request. */
interface LogLine {
  readonly number: number;
  /** Unix time in milliseconds. */
  readonly at: number;
  /** `dev` for its own lines. */
  readonly from: Cloud | "dev";
  readonly text: string;
}

/** A request, a line or a task that is new or has changed. */
export type Change = RequestView | LogLine | TaskView;

/** The requests, the tasks and the log of a run of `dev`, of which the last ones are kept. */
export interface Activity extends Pick<TaskActivity, "tasks"> {
  /** Takes a line that an instance printed. Returns the request that ended with it, or the text; undefined for neither. */
  take(cloud: Cloud, line: string): OutputLine | undefined;
  /** Adds a line of dev's own to the log. */
  note(text: string): void;
  readonly requests: () => readonly RequestView[];
  readonly log: () => readonly LogLine[];
  /** Calls `listener` after each change, with what has changed; returns a function that ends it. */
  subscribe(listener: (change: Change) => void): () => void;
}

const MOST_REQUESTS = 500;
/** Most events of a stream that are kept, and most operations of the store. */
const MOST_EVENTS = 200;
const MOST_LINES = 1_000;
const MOST_CHARACTERS = 4_000;

export function createActivity(): Activity {
  const requests = new Map<string, RequestView>();
  const log: LogLine[] = [];
  const tasks = createTaskActivity();
  const listeners = new Set<(change: Change) => void>();
  let requestCount = 0;
  let lineCount = 0;
  const changed = (change: Change): void => {
    for (const listener of listeners) listener(change);
  };

  function viewOf(cloud: Cloud, requestId: string, at: number): RequestView {
    const key = `${cloud} ${requestId}`;
    const known = requests.get(key);
    if (known) return known;
    const view: RequestView = {
      number: ++requestCount,
      cloud,
      requestId,
      at,
      events: [],
      eventCount: 0,
      operations: [],
      isClosed: false,
    };
    requests.set(key, view);
    const [oldest] = requests.keys();
    if (requests.size > MOST_REQUESTS && oldest !== undefined) requests.delete(oldest);
    return view;
  }

  function addLine(from: LogLine["from"], text: string): void {
    const line = { number: ++lineCount, at: Date.now(), from, text: text.slice(0, MOST_CHARACTERS) };
    log.push(line);
    if (log.length > MOST_LINES) log.shift();
    changed(line);
  }

  return {
    take(cloud, line) {
      const read = readLine(line);
      if (read.kind === "text") {
        addLine(cloud, read.text);
        return read;
      }
      if (read.kind === "event") {
        if (read.event.event === "task") {
          changed(tasks.take(cloud, read.event));
          return undefined;
        }
        const view = viewOf(cloud, read.event.requestId, "at" in read.event ? read.event.at : Date.now());
        apply(view, read.event);
        changed(view);
        return undefined;
      }
      const view = viewOf(cloud, read.record.requestId, Date.parse(read.record.time));
      applyRecord(view, read.record);
      changed(view);
      return { ...read, ...(view.error !== undefined && { error: view.error }) };
    },
    note: (text) => addLine("dev", text),
    requests: () => [...requests.values()],
    tasks: tasks.tasks,
    log: () => log,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function apply(view: RequestView, event: Exclude<ObservedEvent, TaskWritten>): void {
  if (event.event === "opened") {
    const { pid, httpMethod, path, session } = event;
    Object.assign(view, { pid, httpMethod, path, ...(session !== undefined && { session }) });
  } else if (event.event === "named") {
    const { mcpMethod, mcpName } = event;
    Object.assign(view, { mcpMethod, ...(mcpName !== undefined && { mcpName }) });
  } else if (event.event === "session") view.session = event.session;
  else if (event.event === "threw") {
    view.error = (view.error === undefined ? "" : `${view.error}\n`).concat(event.error).slice(-4 * MOST_CHARACTERS);
  } else if (event.event === "sent") {
    view.events.push({ afterMs: event.at - view.at, kind: event.kind, bytes: event.bytes });
    if (view.events.length > MOST_EVENTS) view.events.shift();
    view.eventCount++;
  } else if (event.event === "stored") {
    const { at, durationMs, kind, subject } = event;
    view.operations.push({ afterMs: at - view.at, durationMs, kind, subject });
    if (view.operations.length > MOST_EVENTS) view.operations.shift();
  } else {
    const { reads, writes } = event;
    Object.assign(view, { reads, writes, isClosed: true });
    view.durationMs ??= event.at - view.at;
  }
}

function applyRecord(view: RequestView, record: RequestRecord): void {
  const { httpMethod, path, mcpMethod, mcpName, era, status, outcome, durationMs, streamed, error, traceId } = record;
  Object.assign(view, { httpMethod, path, status, durationMs, streamed });
  // The observer has names as the caller wrote them; the record has those that the server knows.
  if (mcpMethod !== undefined) view.mcpMethod ??= mcpMethod;
  if (mcpName !== undefined) view.mcpName ??= mcpName;
  if (era !== undefined) view.era = era;
  if (outcome !== undefined) view.outcome = outcome;
  if (traceId !== undefined) view.traceId = traceId;
  if (error !== undefined) view.error ??= error;
}
