import { McpServer } from "@modelcontextprotocol/server";
import { defineServer, type FactoryContext, type Policy, type ServerDefinition } from "mcp-anycloud";
import * as z from "zod/v4";

/**
 * Expenses, for callers with access tokens: everybody sees their own, a tool that pays asks for another scope, and a policy
 * draws the line that scopes cannot draw.
 */

const EXPENSES: ReadonlyMap<string | undefined, readonly string[]> = new Map([
  ["ada", ["train, 40 EUR"]],
  ["bob", ["hotel, 120 EUR", "lunch, 12 EUR"]],
]);

/** Payments above this are for callers of the group `finance`, in EUR. */
const LARGE = 1_000;

const payment = z.object({ to: z.string(), eur: z.number().positive() });

const text = (words: string): { content: [{ type: "text"; text: string }] } => ({
  content: [{ type: "text", text: words }],
});

function createServer({ caller }: FactoryContext): McpServer {
  const server = new McpServer({ name: "expenses", version: "1.0.0" });
  server.registerTool("my_expenses", { description: "Lists the caller's expenses" }, async () =>
    text((EXPENSES.get(caller.subject) ?? []).join("; ") || "none"),
  );
  server.registerTool("pay", { description: "Pays somebody back", inputSchema: payment }, async ({ to, eur }) =>
    text(`${caller.subject} paid ${to} ${eur} EUR.`),
  );
  return server;
}

const policy: Policy = {
  decide({ caller, tool, attributes }) {
    if (tool !== "pay") return { allowed: true, policies: ["everybody"] };
    const { groups } = caller.claims;
    const isFinance = Array.isArray(groups) && groups.includes("finance");
    // In the list of tools there is no amount: who may pay at all sees the tool.
    const isSmall = attributes.eur === undefined || Number(attributes.eur) <= LARGE;
    return { allowed: isSmall || isFinance, policies: ["large-payments"] };
  },
};

const expenses: ServerDefinition = defineServer({
  createServer,
  policy,
  tools: {
    my_expenses: { scopes: ["expenses.read"] },
    pay: {
      scopes: ["expenses.pay"],
      policyAttributes: ["eur"],
      auditFields: ["to", "eur"],
      rateLimit: { limit: 10, windowSeconds: 60 },
    },
  },
});
export default expenses;
