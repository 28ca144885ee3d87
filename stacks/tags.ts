import { Stack, Tags } from "aws-cdk-lib";
import type { Construct } from "constructs";

/**
 * Adds the two tags to every resource in the scope that accepts tags. They are the same on every cloud, so that one name
 * finds a server's resources and their cost.
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
