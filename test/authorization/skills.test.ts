import { McpServer } from "@modelcontextprotocol/server";
import { memorySkillFiles, type SkillCatalog, SkillsExtension } from "@modelcontextprotocol/server/ext/skills";
import { beforeAll, expect, test } from "vitest";
import { cedarPolicy } from "../../src/authorization/cedar-policy.ts";
import type { Policy } from "../../src/index.ts";
import { type Guarded, MODERN } from "../security/routes.ts";
import { messagesOf } from "../support/messages.ts";

const OPEN = "skill://open/SKILL.md";
const HIDDEN = "skill://hidden/SKILL.md";
const ada = { sub: "ada" };

const skillFile = (name: string): string => `---\nname: ${name}\ndescription: How to ${name}.\n---\nWords.\n`;
const policy = cedarPolicy({
  policies: `permit(principal, action, resource is Mcp::Resource) when { resource.uri like "skill://open*" };`,
});

let skills: SkillCatalog;
beforeAll(async () => {
  const files = Object.fromEntries(["open", "hidden"].map((name) => [`${name}/SKILL.md`, skillFile(name)]));
  skills = await SkillsExtension.load(memorySkillFiles(files));
});

function open(rules: { readonly policy?: Policy }): Guarded {
  const createServer = (): McpServer => {
    const server = new McpServer({ name: "skilled", version: "1" });
    skills.attach(server);
    return server;
  };
  return MODERN.open({ createServer, ...rules });
}

async function answerOf(opened: Guarded, method: string, params: object = {}) {
  const [answer] = await messagesOf(await opened.ask(ada, method, params));
  return answer as { result?: Record<string, Array<{ uri: string }>>; error?: { code: number; message: string } };
}

test("skills that the policy hides are in no list", async () => {
  const urisOf = async (opened: Guarded) =>
    (await answerOf(opened, "skills/list")).result?.skills?.map(({ uri }) => uri).toSorted();
  expect(await urisOf(open({}))).toEqual([HIDDEN, OPEN]);
  expect(await urisOf(open({ policy }))).toEqual([OPEN]);
});

test.each([
  ["skills/get", OPEN, HIDDEN, "skill://nobody/SKILL.md"],
  ["resources/directory/read", "skill://open", "skill://hidden", "skill://nobody"],
])("%s asks the policy, and what is denied does not exist", async (method, allowed, denied, unknown) => {
  const opened = open({ policy });
  expect(await answerOf(open({}), method, { uri: denied })).toHaveProperty("result");
  expect(await answerOf(opened, method, { uri: allowed })).toHaveProperty("result");
  expect(opened.records.at(-1)).toMatchObject({ event: "resource_read", decision: "allow", outcome: "ok" });
  const { error } = await answerOf(opened, method, { uri: denied });
  const { error: missing } = await answerOf(open({}), method, { uri: unknown });
  expect(error?.message).toContain(denied);
  expect({ ...error, message: error?.message.replace(denied, "URI") }).toEqual({
    ...missing,
    message: missing?.message.replace(unknown, "URI"),
  });
  expect(opened.records.at(-1)).toMatchObject({ event: "access_denied", resource: denied, reason: "policy" });
});
