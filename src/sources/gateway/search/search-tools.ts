import type { Policy, PolicyQuestion } from "../../../authorization/policy.ts";
import type { ToolRules } from "../../../authorization/tool-rules.ts";
import type { JsonObject } from "../../forwarding/forwarded-request.ts";

export const FIND_TOOLS = "find_tools";
export const CALL_TOOL = "call_tool";

/** The two tools that stand for a catalog. */
export const SEARCH_TOOLS: readonly (JsonObject & { readonly name: string })[] = [
  {
    name: FIND_TOOLS,
    description:
      "Finds tools by what they do. Describe the task in a few words; the answer has the names, descriptions and input schemas of the tools that fit, which call_tool calls.",
    inputSchema: {
      type: "object",
      properties: {
        query: { type: "string", description: "What is to be done, such as: send a message to a channel" },
        limit: { type: "integer", minimum: 1, maximum: 50, description: "How many tools to find at most" },
      },
      required: ["query"],
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  {
    name: CALL_TOOL,
    description: "Calls a tool that find_tools found, with arguments that fit its input schema.",
    inputSchema: {
      type: "object",
      properties: {
        name: { type: "string", description: "The name of the tool" },
        arguments: { type: "object", description: "Its arguments" },
      },
      required: ["name"],
    },
  },
];

/** Rules of `call_tool`: its arguments name the tool that is called. */
export const searchRules = (hasPolicy: boolean): Readonly<Record<string, ToolRules>> => ({
  [CALL_TOOL]: { auditFields: ["name"], ...(hasPolicy && { policyAttributes: ["name", "arguments"] }) },
});

/** The policy of a catalog with a search in front of it: `call_tool` is allowed where the tool is that it calls. */
export function searchPolicy(policy: Policy, tools: Readonly<Record<string, ToolRules>>): Policy {
  return {
    decide(question) {
      if (question.tool === FIND_TOOLS) return ALLOWED;
      if (question.tool !== CALL_TOOL) return policy.decide(question);
      const { name } = question.attributes;
      // Without a name it is about seeing the tool in the list; the call itself is refused.
      return typeof name === "string" ? policy.decide(innerQuestion(question, name, tools)) : ALLOWED;
    },
  };
}

const ALLOWED = { allowed: true, policies: [] };

function innerQuestion(
  { attributes, ...question }: PolicyQuestion,
  tool: string,
  tools: Readonly<Record<string, ToolRules>>,
): PolicyQuestion {
  const args = (attributes.arguments ?? {}) as Readonly<Record<string, unknown>>;
  const names = tools[tool]?.policyAttributes ?? [];
  return {
    ...question,
    tool,
    attributes: Object.fromEntries(names.flatMap((name) => (name in args ? [[name, args[name]]] : []))),
  };
}
