// The TypeScript of docs/security.md, unchanged.

import { McpServer } from "@modelcontextprotocol/server";
import { defineServer, type ServerDefinition } from "mcp-anycloud";
import { cedarPolicy } from "mcp-anycloud/cedar";
import * as z from "zod/v4";

const amountInput = z.object({ amount: z.int(), iban: z.string().optional() });

function createServer(): McpServer {
  const server = new McpServer({ name: "shop", version: "1.0.0" });
  for (const name of ["search", "refund", "close_books"]) {
    server.registerTool(name, { inputSchema: amountInput.partial() }, async ({ amount }) => ({
      content: [{ type: "text", text: `${name} ${amount ?? ""}` }],
    }));
  }
  return server;
}

export const ruled: ServerDefinition = defineServer({
  createServer,
  tools: {
    refund: {
      scopes: ["shop:refund"],
      policyAttributes: ["amount"],
      auditFields: ["amount"],
    },
  },
  policy: cedarPolicy({
    policies: `
      // Everybody who is authenticated may search.
      @id("search")
      permit(principal, action, resource == Mcp::Tool::"search");

      // The support team refunds up to 100, and sees that there is such a tool.
      @id("support refunds")
      permit(principal, action == Mcp::Action::"call", resource == Mcp::Tool::"refund")
      when { principal.groups.contains("support") && context.amount <= 100 };
      @id("support sees refunds")
      permit(principal, action == Mcp::Action::"list", resource == Mcp::Tool::"refund")
      when { principal.groups.contains("support") };

      // One service account does everything.
      @id("back office")
      permit(
        principal == Mcp::Principal::"https://sso.example.com/realms/shop|4f1c6f0e",
        action,
        resource
      );
    `,
  }),
});

const schema = `
namespace Mcp {
  entity Principal {
    issuer?: String,
    subject?: String,
    clientId?: String,
    scopes: Set<String>,
    groups: Set<String>,
    roles: Set<String>,
  };
  entity Tool, Prompt;
  entity Resource, ResourceTemplate { uri: String };
  action "call" appliesTo { principal: Principal, resource: Tool, context: { amount?: Long } };
  action "list" appliesTo { principal: Principal, resource: [Tool, Prompt, Resource, ResourceTemplate] };
  action "get" appliesTo { principal: Principal, resource: Prompt };
  action "read" appliesTo { principal: Principal, resource: [Resource, ResourceTemplate] };
  action "subscribe" appliesTo { principal: Principal, resource: Resource };
  action "complete" appliesTo { principal: Principal, resource: [Prompt, ResourceTemplate] };
}`;

export const checked: ServerDefinition["policy"] = cedarPolicy({
  policies: `
    permit(principal, action, resource)
    when { context has amount && context.amount <= 100 };
  `,
  schema,
});

export const elsewhere: ServerDefinition = defineServer({
  createServer,
  audit: (record) => process.stderr.write(`${record.event} ${record.tool} ${record.outcome}\n`),
});
