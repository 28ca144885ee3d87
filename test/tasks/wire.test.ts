import { expect, test } from "vitest";
import tasksServer from "../fixtures/tasks-server.ts";
import { messagesOf, modernCall, textOf } from "../support/messages.ts";
import { accepted, instancesOf, TASKS, TasksClient, taskRequest } from "./tasks-client.ts";

const start = (count = 3): TasksClient => new TasksClient(instancesOf(tasksServer, { count }));

const NOT_DECLARED = { code: -32021, data: { requiredCapabilities: { extensions: { [TASKS]: {} } } } };

test("a server with tasks says so in server/discover, and not among the tasks of 2025", async () => {
  const { capabilities } = await start().ask<{ capabilities: Record<string, unknown> }>("server/discover");
  expect(capabilities.extensions).toEqual({ [TASKS]: {} });
  expect(capabilities).not.toHaveProperty("tasks");
});

test("a call of a client that declares the extension is a task, known to every instance at once, until its result", async () => {
  const client = start();
  const task = await client.call("slow_compute", { seconds: 0.2, label: "work" });
  expect(task).toMatchObject({ resultType: "task", status: "working", ttlMs: 600_000, pollIntervalMs: 1_000 });
  expect(task.taskId).toMatch(/^[\w-]{24}$/);
  expect(task).not.toHaveProperty("requestState");
  expect(await client.get(task.taskId)).toMatchObject({ resultType: "complete", status: "working" });
  const done = await client.settled(task.taskId);
  expect(done).toMatchObject({ status: "completed", createdAt: task.createdAt });
  expect(done.result).toMatchObject({ resultType: "complete", content: [{ text: "work took 0.2 s." }] });
});

test("a result of a tool that failed completes its task, a JSON-RPC error fails it", async () => {
  const client = start();
  const failing = await client.settled((await client.call("failing_job")).taskId);
  expect(failing).toMatchObject({ status: "completed", result: { isError: true, resultType: "complete" } });
  const broken = await client.settled((await client.call("protocol_error_job")).taskId);
  expect(broken).toMatchObject({ status: "failed", error: { code: -32603, message: "The job broke the protocol." } });
  expect(broken).not.toHaveProperty("result");
});

test("a question is shown by a poll, an answer is taken once, and the handler goes on with it", async () => {
  const client = start();
  const { taskId } = await client.call("confirm_delete", { filename: "a.txt" });
  const asking = await client.until(taskId, "input_required");
  expect(asking.inputRequests).toMatchObject({ confirm: { method: "elicitation/create" } });
  expect(await client.answer(taskId, { unknown: accepted })).toEqual({ resultType: "complete" });
  expect((await client.get(taskId)).status).toBe("input_required");
  expect(await client.answer(taskId, { confirm: accepted })).toEqual({ resultType: "complete" });
  await client.answer(taskId, { confirm: { action: "decline" } });
  const done = await client.settled(taskId);
  expect(done.result?.content[0]?.text).toBe('a.txt: accept {"confirm":true}');
});

test("of several questions, those without an answer stay open", async () => {
  const client = start();
  const { taskId } = await client.call("multi_input");
  expect(Object.keys((await client.until(taskId, "input_required")).inputRequests ?? {})).toEqual(["first", "second"]);
  await client.answer(taskId, { first: accepted });
  const partly = await client.get(taskId);
  expect(partly.status).toBe("input_required");
  expect(Object.keys(partly.inputRequests ?? {})).toEqual(["second"]);
  await client.answer(taskId, { second: { action: "decline" } });
  expect((await client.settled(taskId)).result?.content[0]?.text).toBe("accept,decline");
});

test("a cancelled task stays cancelled, and cancelling again is acknowledged", async () => {
  const client = start();
  const { taskId } = await client.call("slow_compute", { seconds: 60 });
  expect(await client.cancel(taskId)).toEqual({ resultType: "complete" });
  expect(await client.cancel(taskId)).toEqual({ resultType: "complete" });
  expect(await client.get(taskId)).toMatchObject({ status: "cancelled" });
});

test("a client that does not declare the extension gets an ordinary answer, and -32021 where the tool needs tasks", async () => {
  const [instance] = instancesOf(tasksServer);
  if (!instance) throw new Error("There is no instance.");
  const [quick] = await messagesOf(
    await instance(...modernCall("tools/call", { name: "slow_compute", arguments: { seconds: 0.01 } })),
  );
  expect(quick).toMatchObject({ result: { resultType: "complete", content: [{ text: "It took 0.01 s." }] } });
  const refused = await instance(...modernCall("tools/call", { name: "failing_job", arguments: {} }));
  expect(refused.status).toBe(400);
  expect(JSON.parse(await textOf(refused)).error).toMatchObject(NOT_DECLARED);
  for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
    const [message, options] = modernCall(method, { taskId: "unknown" });
    const response = await instance(message, { headers: { ...options.headers, "mcp-name": "unknown" } });
    expect(response.status).toBe(400);
    expect(JSON.parse(await textOf(response)).error).toMatchObject(NOT_DECLARED);
  }
});

test("headers that do not repeat the body are refused, removed methods are unknown, unknown tasks invalid", async () => {
  const client = start(1);
  const [instance] = instancesOf(tasksServer);
  const { taskId } = await client.call("slow_compute", { seconds: 5 });
  for (const headers of [{ "mcp-name": "another" }, { "mcp-method": "tasks/cancel" }]) {
    const response = await instance?.(...taskRequest("tasks/get", { taskId }, { headers }));
    expect(response?.status).toBe(400);
    expect(JSON.parse(response ? await textOf(response) : "").error.code).toBe(-32020);
  }
  for (const method of ["tasks/result", "tasks/list"]) {
    const response = await client.send(method, { taskId });
    expect(response.status).toBe(404);
    expect(JSON.parse(await textOf(response)).error.code).toBe(-32601);
  }
  for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
    await expect(client.ask(method, { taskId: "A".repeat(24) })).rejects.toMatchObject({ code: -32602 });
    await expect(client.ask(method, {})).rejects.toMatchObject({ code: -32602 });
  }
  await client.cancel(taskId);
});

test("questions before a task come in rounds of the call, and nothing of them is in the task", async () => {
  const client = start();
  const round = await client.call("test_tool_with_task");
  expect(round.resultType).toBe("input_required");
  const inputResponses = { user_name: { action: "accept", content: { name: "Ada" } } };
  const task = await client.ask("tools/call", { name: "test_tool_with_task", arguments: {}, inputResponses });
  expect(task).toMatchObject({ resultType: "task", status: "working" });
  expect((await client.settled(task.taskId)).result?.content[0]?.text).toBe("Hello, Ada!");
});
