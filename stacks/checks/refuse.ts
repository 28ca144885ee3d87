import { Duration, Token } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/**
 * Ends the construction with one sentence that begins with the path of what is wrong: `Stack/Server.timeout: …`. A stack
 * that cannot work, or protects less than it seems to, must fail here and not in an account.
 */
export function refuse(scope: IConstruct, prop: string, sentence: string): never {
  const path = [scope.node.path, prop].filter((part) => part !== "").join(".");
  throw new Error(`${path}: ${sentence}`);
}

/** Refuses a prop that the stack itself depends on, where only the deployment will know its value. */
export function refuseUnknown(scope: IConstruct, prop: string, value: unknown): void {
  const isUnknown = value instanceof Duration ? value.isUnresolved() : Token.isUnresolved(value);
  if (isUnknown) refuse(scope, prop, "must be known when the stack is made, not when it is deployed.");
}
