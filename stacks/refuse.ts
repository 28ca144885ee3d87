import type { IConstruct } from "constructs";

/**
 * Ends the construction with one sentence that begins with the path of what is wrong: `Stack/Server.timeout: …`. A stack
 * that cannot work, or protects less than it seems to, must fail here and not in an account.
 */
export function refuse(scope: IConstruct, prop: string, sentence: string): never {
  throw new Error(`${scope.node.path}.${prop}: ${sentence}`);
}
