import type { HttpHandler } from "../../src/adapter.ts";
import type { Answer } from "./answer.ts";
import { azureArm } from "./azure-arm.ts";
import { lambdaArm } from "./lambda-arm.ts";
import type { Sample } from "./sample.ts";
import { containerArm, functionArm } from "./socket-arm.ts";

/** One way to an endpoint: an adapter, and what its platform has before it. */
export interface Arm {
  readonly name: string;
  /** The answers; undefined where the platform lets the request not through, or nobody is left to answer. */
  send(sample: Sample): Promise<Answer | readonly Answer[] | undefined>;
  close(): Promise<void>;
}

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
