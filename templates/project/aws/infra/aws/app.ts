import { App } from "aws-cdk-lib";
import { McpServerStack } from "mcp-anycloud/cdk";

new McpServerStack(new App(), "my-server", {
  server: {
    // Callers: "iam", who signs with AWS credentials; { jwt: { issuers: [{ issuer: "https://…" }] } }, who has a token of
    // your issuer; "public", anybody who learns the address.
    auth: "iam",
  },
});
