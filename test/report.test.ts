import { expect, test } from "vitest";
import report from "../examples/report/server.ts";
import { instancesOf, TasksClient } from "./tasks/tasks-client.ts";

test.each([
  [true, "Report on Oslo, Rome: 8."],
  [false, "The report was not approved."],
])("three instances gather a report, ask whether to publish it (%s), and end it", async (approve, expected) => {
  const client = new TasksClient(instancesOf(report, { count: 3 }));
  const { taskId } = await client.call("write_report", { cities: ["Oslo", "Rome"] });
  const asking = await client.until(taskId, "input_required");
  expect(asking).toMatchObject({ statusMessage: "gathered Rome", inputRequests: { approval: {} } });
  await client.answer(taskId, { approval: { action: "accept", content: { approve } } });
  expect((await client.settled(taskId)).result?.content[0]?.text).toBe(expected);
});
