import { expect, test } from "vitest";
import type { TaskWritten } from "../../cli/dev/observer/observed-event.ts";
import { taskIn } from "../../cli/dev/observer/observed-task.ts";
import { createTaskActivity } from "../../cli/dev/task-activity.ts";
import report from "../../examples/report/server.ts";
import { createMemoryStore } from "../../src/index.ts";
import { recordedStore } from "../support/stores.ts";
import { instancesOf, TasksClient } from "../tasks/tasks-client.ts";

test("the tasks of dev have the steps, questions, attempts and the end of a task, without values", async () => {
  const activity = createTaskActivity();
  const events: string[] = [];
  const store = recordedStore(createMemoryStore(), (item) => {
    const task = taskIn(item);
    if (!task) return;
    events.push(JSON.stringify(task));
    activity.take("gcp", { message: "dev", requestId: "r", ...task });
  });
  const client = new TasksClient(instancesOf(report, { store }));
  const { taskId } = await client.call("write_report", { cities: ["Oslo", "Rome"] });
  await client.until(taskId, "input_required");
  const [asking] = activity.tasks();
  expect(asking).toMatchObject({
    taskId: taskId.slice(0, 8),
    tool: "write_report",
    status: "input_required",
    attempt: 1,
  });
  await client.answer(taskId, { approval: { action: "accept", content: { approve: true } } });
  await client.settled(taskId);
  const [task] = activity.tasks();
  expect(task?.status).toBe("completed");
  expect(task?.moments.map(({ kind, name }) => [kind, name].join(" ").trim())).toEqual([
    "began",
    "attempt 1",
    "step gather 0",
    "step gather 1",
    "question approval",
    "answer approval",
    "attempt 2",
    "sleep cool down",
    "attempt 3",
    "step write",
    "ended completed",
  ]);
  for (const secret of ["Oslo", "The total is", 'approve"', taskId]) expect(events.join("\n")).not.toContain(secret);
});

test("an older record that is told late changes no end", () => {
  const activity = createTaskActivity();
  const written: TaskWritten = {
    message: "dev",
    requestId: "r",
    event: "task",
    at: 1,
    pid: 1,
    taskId: "a",
    tool: "t",
    status: "completed",
    attempt: 2,
    operations: [],
  };
  activity.take("aws", written);
  activity.take("azure", { ...written, status: "working", attempt: 1 });
  expect(activity.tasks()).toMatchObject([{ status: "completed", attempt: 2 }]);
});
