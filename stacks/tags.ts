import { Stack, Tags } from "aws-cdk-lib";
import type { Construct } from "constructs";

/**
 * Puts the two tags on everything in the scope that takes tags. They are the same on every cloud, so that what a server
 * is made of, and what it costs, is found by one name.
 */
export function tagAll(scope: Construct, name: string): void {
  Tags.of(scope).add("mcp-server", name);
  Tags.of(scope).add("part-of", "mcp-anycloud");
}

/** The stack's name in lower case. */
export function nameOfStack(scope: Construct): string {
  const stack = Stack.of(scope);
  // A nested stack gets its name when it is deployed.
  return stack.nestedStackParent ? nameOfStack(stack.nestedStackParent) : stack.stackName.toLowerCase();
}
