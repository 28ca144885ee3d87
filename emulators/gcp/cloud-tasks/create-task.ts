/** The rules of `projects.locations.queues.tasks.create` for HTTP targets (Cloud Tasks API v2, REST reference). */

/** A task as the queue keeps it. */
export interface QueuedTask {
  /** Full name. */
  readonly name: string;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Undefined for a task without `oidcToken`. */
  readonly audience: string | undefined;
  /** Unix times in milliseconds. */
  readonly createdAt: number;
  readonly scheduledAt: number;
  readonly dispatchDeadlineMs: number;
}

/** An error of a Google API. */
export interface Refusal {
  readonly code: number;
  readonly status: "INVALID_ARGUMENT" | "PERMISSION_DENIED" | "ALREADY_EXISTS";
  readonly message: string;
}

/** "The maximum task size is 100KB." */
export const MAX_TASK_BYTES = 102_400;
/** "The maximum amount of time in the future that a task can be scheduled": 30 days. */
const MAX_AHEAD_MS = 30 * 24 * 3_600_000;
/** "The maximum URL length is 2083 characters after encoding." */
const MAX_URL_LENGTH = 2_083;
const DEFAULT_DEADLINE_MS = 600_000;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const METHODS = new Set(["POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"]);
const FIELDS = {
  "": ["task", "responseView"],
  task: ["name", "httpRequest", "scheduleTime", "dispatchDeadline"],
  "task.httpRequest": ["url", "httpMethod", "headers", "body", "oidcToken"],
  "task.httpRequest.oidcToken": ["serviceAccountEmail", "audience"],
} as const;

type Json = Readonly<Record<string, unknown>>;

export interface CreateTaskOptions {
  /** Full name of the queue. */
  readonly queue: string;
  /** The accounts in whose name the caller may act. */
  readonly accounts: readonly string[];
  readonly now: number;
  readonly newId: () => string;
}

/** Checks the body of a call: the task that it makes, or why there is none. */
export function createTask(text: string, options: CreateTaskOptions): QueuedTask | Refusal {
  const { queue, accounts, now, newId } = options;
  const call = parse(text);
  if (!call) return invalid("Invalid JSON payload received. Unexpected token.");
  const unknown = unknownField(call);
  if (unknown) return invalid(`Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`);
  const task = object(call.task);
  const request = object(task.httpRequest);
  const { url, httpMethod = "POST", body = "", headers = {}, oidcToken } = request;
  if (typeof url !== "string" || !/^https?:\/\/\S+$/.test(url) || url.length > MAX_URL_LENGTH || !URL.canParse(url)) {
    return invalid("HttpRequest.url is required and must begin with http:// or https://.");
  }
  if (typeof httpMethod !== "string" || !METHODS.has(httpMethod)) return invalid("Invalid value at httpMethod.");
  if (typeof body !== "string" || !/^[\w+/-]*=*$/.test(body) || body.replace(/=+$/, "").length % 4 === 1) {
    return invalid("Invalid value at 'task.http_request.body' (TYPE_BYTES), Base64 decoding failed.");
  }
  if (body !== "" && !["POST", "PUT", "PATCH"].includes(httpMethod)) return invalid("HTTP method allows no body.");
  if (Buffer.byteLength(text) > MAX_TASK_BYTES) return invalid("Task size too large.");
  const { name = `${queue}/tasks/${newId()}`, scheduleTime, dispatchDeadline } = task;
  if (typeof name !== "string" || !name.startsWith(`${queue}/tasks/`) || !/\/[\w-]{1,500}$/.test(name)) {
    return invalid("Task name must be formatted: projects/P/locations/L/queues/Q/tasks/T.");
  }
  const scheduledAt = scheduleTime === undefined ? now : timeOf(scheduleTime);
  if (scheduledAt === undefined) return invalid("Invalid value at 'task.schedule_time', Illegal timestamp format.");
  if (scheduledAt > now + MAX_AHEAD_MS) return invalid("The schedule time must not be more than 720h in the future.");
  const dispatchDeadlineMs = dispatchDeadline === undefined ? DEFAULT_DEADLINE_MS : durationOf(dispatchDeadline);
  // "For HTTP tasks … the deadline must be in the interval [15 seconds, 30 minutes]."
  if (dispatchDeadlineMs === undefined || dispatchDeadlineMs < 15_000 || dispatchDeadlineMs > 1_800_000) {
    return invalid("Task.dispatchDeadline must be between [15s, 30m].");
  }
  const { serviceAccountEmail, audience = url } = object(oidcToken);
  if (oidcToken !== undefined && !accounts.includes(String(serviceAccountEmail))) {
    const message = `The principal lacks IAM permission "iam.serviceAccounts.actAs" for the resource "${serviceAccountEmail}".`;
    return { code: 403, status: "PERMISSION_DENIED", message };
  }
  return {
    ...{ name, url, method: httpMethod, body: Buffer.from(body, "base64"), createdAt: now, dispatchDeadlineMs },
    headers: textsOf(object(headers)),
    audience: oidcToken === undefined ? undefined : String(audience),
    scheduledAt: Math.max(now, scheduledAt),
  };
}

const invalid = (message: string): Refusal => ({ code: 400, status: "INVALID_ARGUMENT", message });

const object = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});

const textsOf = (headers: Json): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

function parse(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

/** The first field that the API does not know, or that this stand-in does not support. */
function unknownField(call: Json): string | undefined {
  for (const [path, known] of Object.entries(FIELDS)) {
    const at = path === "" ? call : path.split(".").reduce<Json>((value, name) => object(value[name]), call);
    const unknown = Object.keys(at).find((name) => !(known as readonly string[]).includes(name));
    if (unknown) return unknown;
  }
  return undefined;
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === "string" && TIME.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function durationOf(value: unknown): number | undefined {
  const [, seconds] = (typeof value === "string" && /^(\d+(?:\.\d{1,9})?)s$/.exec(value)) || [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
