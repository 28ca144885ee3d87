import { beforeAll, expect, test } from "vitest";
import { JOB_PATH } from "../../adapters/gcp/jobs/job-request.ts";
import { synthesize } from "../stacks/synthesis.ts";
import { record } from "./hcl/parsed-module.ts";
import { type Faces, readFaces } from "./parity-modules.ts";
import { CLOUDS, type Cloud } from "./run/working-copy.ts";

let faces: Faces;
beforeAll(async () => {
  faces = await readFaces();
});

/** The resources of each module for `tasks = true`: the queue of jobs, the place of jobs that failed, and the alarm on them. */
const PARTS: Readonly<Record<Cloud, { readonly queue: string; readonly lost: string; readonly failing: string }>> = {
  // Lambda has a queue of its own for invocations.
  aws: { queue: "aws_lambda_function", lost: "aws_sqs_queue", failing: "lost-jobs" },
  // The Functions host makes the poison queue beside the queue.
  azure: {
    queue: "azurerm_storage_queue",
    lost: "azurerm_storage_queue",
    failing: "azurerm_monitor_scheduled_query_rules_alert_v2",
  },
  // Cloud Tasks keeps none: the next poll of the task finds that its job was lost.
  gcp: { queue: "google_cloud_tasks_queue", lost: "google_cloud_tasks_queue", failing: "failing-jobs" },
};

const AGE_MS = 60_000;

const alarmsOf = (cloud: Cloud): Record<string, unknown> =>
  record(faces[cloud].declared.find(({ kind, type }) => kind === "local" && type === "task_alarms")?.body.value);

test.for(CLOUDS)(
  "%s has a queue, keeps or finds what is lost, and alarms on the age and on the failures of jobs",
  (cloud) => {
    const { queue, lost, failing } = PARTS[cloud];
    const resources = faces[cloud].declared.filter(({ kind }) => kind === "resource");
    const types = resources.map(({ type }) => type);
    expect(types).toContain(queue);
    expect(types).toContain(lost);
    const alarms = alarmsOf(cloud);
    expect([...Object.keys(alarms), ...types]).toContain(failing);
    expect(JSON.stringify(alarms["job-age"])).toContain(String(AGE_MS));
  },
);

test("the stack alarms at the same age", () => {
  const { resources } = synthesize({ tasks: true });
  const ages = resources("AWS::CloudWatch::Alarm").filter(
    ([, { Properties }]) => Properties.MetricName === "AsyncEventAge",
  );
  expect(ages.map(([, { Properties }]) => Properties.Threshold)).toEqual([AGE_MS]);
});

test("Google's count of failed jobs looks at the path to which they are sent", () => {
  const counted = faces.gcp.declared.find(({ kind, type }) => kind === "local" && type === "counted_jobs");
  expect(JSON.stringify(counted?.body)).toContain(JOB_PATH);
});
