import { expect, test } from "vitest";
import { bodies } from "./hcl/parsed-module.ts";
import { readFaces } from "./parity-modules.ts";
import { MODULES } from "./run/working-copy.ts";

/** Resources that a cloud refuses to delete while another names them: a stage, a listener, a rule, a gateway, an alarm, an older revision. */
const HELD = [
  "aws_api_gateway_deployment",
  "aws_lb_target_group",
  "aws_security_group",
  "google_api_gateway_api_config",
  "google_monitoring_uptime_check_config",
  "google_secret_manager_secret_version",
];

test("a resource that others still name is deleted only after its replacement exists", async () => {
  const faces = await readFaces();
  const held = MODULES.flatMap((module) => faces[module].declared).filter(
    ({ kind, type }) => kind === "resource" && HELD.includes(type),
  );
  expect([...new Set(held.map(({ type }) => type))].sort()).toEqual(HELD);
  for (const { address, body } of held) expect(bodies(body.lifecycle)[0]?.create_before_destroy, address).toBe(true);
});

test("a service of ECS that went back to the version before is no success", async () => {
  const { declared } = (await readFaces())["aws-ecs"];
  const [service] = declared.filter(({ address }) => address === "aws_ecs_service.server");
  const [lifecycle] = bodies(service?.body.lifecycle);
  const conditions = bodies(lifecycle?.postcondition).map(({ condition }) => condition);
  expect(service?.body.wait_for_steady_state).toBe(true);
  expect(conditions).toEqual([expect.stringContaining("self.task_definition == aws_ecs_task_definition.server.arn")]);
});
