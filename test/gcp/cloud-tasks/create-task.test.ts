import { expect, test } from "vitest";
import { createTask, MAX_TASK_BYTES } from "../../../emulators/gcp/cloud-tasks/create-task.ts";

const QUEUE = "projects/p/locations/l/queues/q";
const EMAIL = "mcp@p.iam.gserviceaccount.com";
const NOW = Date.parse("2026-11-30T00:00:00Z");
const HOUR_MS = 3_600_000;

const create = (task: unknown, call: object = {}) =>
  createTask(JSON.stringify({ task, ...call }), { queue: QUEUE, accounts: [EMAIL], now: NOW, newId: () => "7" });

const httpRequest = { url: "https://mcp.example/job", httpMethod: "POST", body: Buffer.from("{}").toString("base64") };

test("a task has a name, and is due when it says", () => {
  const oidcToken = { serviceAccountEmail: EMAIL, audience: "https://mcp.example" };
  const task = create({
    httpRequest: { ...httpRequest, headers: { a: "b" }, oidcToken },
    scheduleTime: "2026-11-30T01:00:00.5Z",
    dispatchDeadline: "1800s",
  });
  expect(task).toMatchObject({
    name: `${QUEUE}/tasks/7`,
    scheduledAt: NOW + HOUR_MS + 500,
    dispatchDeadlineMs: 1_800_000,
    audience: "https://mcp.example",
    body: Buffer.from("{}"),
  });
  expect(create({ httpRequest })).toMatchObject({ scheduledAt: NOW, audience: undefined, dispatchDeadlineMs: 600_000 });
  expect(create({ httpRequest, scheduleTime: "2020-01-01T00:00:00Z" })).toMatchObject({ scheduledAt: NOW });
  const named = create({ httpRequest, name: `${QUEUE}/tasks/a-b_1` });
  expect(named).toMatchObject({ name: `${QUEUE}/tasks/a-b_1` });
});

test.each<[why: string, task: unknown, call?: object]>([
  ["no URL", { httpRequest: {} }],
  ["a URL of another scheme", { httpRequest: { ...httpRequest, url: "ftp://mcp.example/" } }],
  ["a URL of over 2,083 characters", { httpRequest: { ...httpRequest, url: `https://a/${"b".repeat(2_083)}` } }],
  ["an unknown method", { httpRequest: { ...httpRequest, httpMethod: "TRACE" } }],
  ["a body for GET", { httpRequest: { ...httpRequest, httpMethod: "GET" } }],
  ["a body that is no base64", { httpRequest: { ...httpRequest, body: "{}" } }],
  ["a task over 100 KB", { httpRequest: { ...httpRequest, body: "A".repeat(MAX_TASK_BYTES) } }],
  ["a misspelt field", { httpRequest: { ...httpRequest, scheduletime: "" } }],
  ["a field of another API", { httpRequest }, { parent: QUEUE }],
  ["a name of another queue", { httpRequest, name: "projects/p/locations/l/queues/other/tasks/1" }],
  ["a name with other characters", { httpRequest, name: `${QUEUE}/tasks/a.b` }],
  ["a time that is none", { httpRequest, scheduleTime: "tomorrow" }],
  ["a time in milliseconds", { httpRequest, scheduleTime: NOW + 1 }],
  ["a time in more than 30 days", { httpRequest, scheduleTime: new Date(NOW + 721 * HOUR_MS).toISOString() }],
  ["a deadline under 15 seconds", { httpRequest, dispatchDeadline: "14s" }],
  ["a deadline over 30 minutes", { httpRequest, dispatchDeadline: "1801s" }],
  ["a deadline that is no duration", { httpRequest, dispatchDeadline: "1800" }],
])("%s is refused", (_why, task, call) => {
  expect(create(task, call)).toMatchObject({ code: 400, status: "INVALID_ARGUMENT" });
});

test("nobody sends in the name of an account that is not theirs, and what is no JSON makes no task", () => {
  const oidcToken = { serviceAccountEmail: "other@p.iam.gserviceaccount.com" };
  const refused = create({ httpRequest: { ...httpRequest, oidcToken } });
  expect(refused).toMatchObject({ code: 403, status: "PERMISSION_DENIED" });
  const options = { queue: QUEUE, accounts: [EMAIL], now: NOW, newId: () => "7" };
  for (const text of ["", "[]", "{", "null"]) expect(createTask(text, options)).toMatchObject({ code: 400 });
});
