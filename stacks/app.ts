import { Annotations, App, Stack } from "aws-cdk-lib";
import type { Auth } from "./access/auth.ts";
import { addChecks } from "./checks/add-checks.ts";
import type { IngressKind } from "./ingress/ingress.ts";
import type { McpServerProps } from "./mcp-server-props.ts";
import { McpServerStack } from "./mcp-server-stack.ts";

/*
 * The app of this repository: the server in dist/, with the choices as context. Write props into an app of your own, where
 * reviews see them: examples/own-cdk-app.
 *
 *   cdk deploy --context auth=public [--context ingress=function-url] [--context sessionStore=none]
 */
const CHOICES = {
  auth: ["public", "iam"],
  ingress: ["rest-api", "function-url", "web-function"],
  sessionStore: ["dynamodb", "none"],
} as const satisfies {
  auth: readonly (Auth & string)[];
  ingress: readonly IngressKind[];
  sessionStore: readonly NonNullable<McpServerProps["sessionStore"]>[];
};

const app = new App();
addChecks(app);
const auth = choose("auth");
const ingress = choose("ingress", "rest-api");
const sessionStore = choose("sessionStore", "dynamodb");
if (auth && ingress && sessionStore) {
  new McpServerStack(app, "McpServer", { server: { auth, ingress, sessionStore } });
} else {
  // A stack with an error deploys nothing; `cdk bootstrap` takes no notice of it.
  const stack = new Stack(app, "McpServer");
  for (const [name, choices] of Object.entries({ auth: !auth, ingress: !ingress, sessionStore: !sessionStore })) {
    const ways = CHOICES[name as keyof typeof CHOICES].map((choice) => `--context ${name}=${choice}`);
    if (choices) Annotations.of(stack).addError(`${name}: say which: ${ways.join(", ")}.`);
  }
}

/** The choice that the context names; undefined if it names none of them. */
function choose<Name extends keyof typeof CHOICES>(
  name: Name,
  preset?: (typeof CHOICES)[Name][number],
): (typeof CHOICES)[Name][number] | undefined {
  const given: unknown = app.node.tryGetContext(name) ?? preset;
  return CHOICES[name].find((choice) => choice === given);
}
