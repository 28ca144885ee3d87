import type { IConstruct } from "constructs";

/**
 * Ends the construction with one sentence that begins with the path of what is wrong: `Stack/Server.timeout: …`. A stack
 * that cannot work, or protects less than it seems to, must fail here and not in an account.
 */
export function refuse(scope: IConstruct, prop: string, sentence: string): never {
  const path = [scope.node.path, prop].filter((part) => part !== "").join(".");
  throw new Error(`${path}: ${sentence}`);
}
