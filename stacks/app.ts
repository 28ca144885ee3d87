import { App } from "aws-cdk-lib";
import type { Auth } from "./auth.ts";
import { addChecks } from "./checks.ts";
import type { IngressKind } from "./ingress.ts";
import type { McpServerProps } from "./mcp-server-props.ts";
import { McpServerStack } from "./mcp-server-stack.ts";
import { refuse } from "./refuse.ts";

/*
 * The app of `cdk deploy`: the server in dist/. Copy this file for your own, and write the props here, where reviews see
 * them. The context stands in for that in the walk-through of docs/aws.md:
 *
 *   cdk deploy --context auth=public [--context ingress=function-url] [--context sessionStore=none]
 */
const app = new App();
addChecks(app);
new McpServerStack(app, "McpServer", {
  server: {
    auth: choose("auth", ["public", "iam"]),
    ingress: choose("ingress", ["rest-api", "function-url", "web-function"], "rest-api"),
    sessionStore: choose("sessionStore", ["dynamodb", "none"], "dynamodb"),
  },
});

function choose<Choice extends (Auth & string) | IngressKind | NonNullable<McpServerProps["sessionStore"]>>(
  name: string,
  choices: readonly Choice[],
  preset?: Choice,
): Choice {
  const given: unknown = app.node.tryGetContext(name) ?? preset;
  const chosen = choices.find((choice) => choice === given);
  return (
    chosen ?? refuse(app, name, `say which: ${choices.map((choice) => `--context ${name}=${choice}`).join(", ")}.`)
  );
}
