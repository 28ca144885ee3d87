import { expect, test } from "vitest";
import { bodies } from "./hcl/parsed-module.ts";
import { readFaces } from "./parity-modules.ts";
import { CLOUDS } from "./run/working-copy.ts";

/** What its cloud refuses to delete while something else names it, and who names it: stage, gateway, alarm, older revision. */
const HELD = [
  "aws_api_gateway_deployment",
  "google_api_gateway_api_config",
  "google_monitoring_uptime_check_config",
  "google_secret_manager_secret_version",
];

test("what others still name is replaced before it goes", async () => {
  const faces = await readFaces();
  const held = CLOUDS.flatMap((cloud) => faces[cloud].declared).filter(
    ({ kind, type }) => kind === "resource" && HELD.includes(type),
  );
  expect(held.map(({ type }) => type).sort()).toEqual(HELD);
  for (const { address, body } of held) expect(bodies(body.lifecycle)[0]?.create_before_destroy, address).toBe(true);
});
