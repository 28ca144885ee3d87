import type { HttpHandler } from "../../src/adapter.ts";
import type { Arm } from "./arm.ts";
import { azureArm } from "./azure-arm.ts";
import { lambdaArm } from "./lambda-arm.ts";
import { containerArm, functionArm } from "./socket-arm.ts";

/** All adapters, before the same endpoints. */
export async function startArms(handlers: readonly HttpHandler[]): Promise<Arm[]> {
  return [
    lambdaArm("rest", handlers),
    lambdaArm("url", handlers),
    azureArm(handlers),
    await functionArm(handlers),
    await containerArm(handlers),
  ];
}
