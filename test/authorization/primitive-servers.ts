import { completable as v1Completable } from "@modelcontextprotocol/sdk/server/completable.js";
import {
  McpServer as SdkV1McpServer,
  ResourceTemplate as SdkV1ResourceTemplate,
} from "@modelcontextprotocol/sdk/server/mcp.js";
import { completable, McpServer, ResourceTemplate } from "@modelcontextprotocol/server";
import * as z from "zod/v4";

/** Records what a server was asked for. */
export type Uses = string[];

export const DIARY = "notes://ada/diary";
export const SECRET = "notes://eve/secret";
export const TEMPLATE = "notes://{user}/{note}";
export const HIDDEN_TEMPLATE = "vault://{user}/{note}";

const capabilities = { resources: { subscribe: true, listChanged: true } };
const users = (uses: Uses) => (text: string) => {
  uses.push("complete");
  return ["ada", "eve"].filter((user) => user.startsWith(text));
};
const prompt = (text: string) => ({ messages: [{ role: "user" as const, content: { type: "text" as const, text } }] });

/** Two of each: resources, templates, prompts and completions, on SDK v2. */
export function createV2Primitives(uses: Uses): McpServer {
  const server = new McpServer({ name: "v2", version: "1.0.0" }, { capabilities });
  const read = (uri: URL) => {
    uses.push(`read ${uri}`);
    return { contents: [{ uri: uri.href, text: "words" }] };
  };
  server.registerResource("diary", DIARY, {}, async (uri) => read(uri));
  server.registerResource("secret", SECRET, {}, async (uri) => read(uri));
  const complete = { user: users(uses) };
  for (const [name, template] of Object.entries({ notes: TEMPLATE, vault: HIDDEN_TEMPLATE })) {
    server.registerResource(name, new ResourceTemplate(template, { list: undefined, complete }), {}, async (uri) =>
      read(uri),
    );
  }
  for (const name of ["greet", "spy"]) {
    const argsSchema = z.object({ user: completable(z.string(), users(uses)) });
    server.registerPrompt(name, { argsSchema }, async ({ user }) => {
      uses.push(`get ${name}`);
      return prompt(`${name} ${user}`);
    });
  }
  return server;
}

/** The same on SDK v1. */
export function createV1Primitives(uses: Uses): SdkV1McpServer {
  const server = new SdkV1McpServer({ name: "v1", version: "1.0.0" }, { capabilities });
  const read = (uri: URL) => {
    uses.push(`read ${uri}`);
    return { contents: [{ uri: uri.href, text: "words" }] };
  };
  server.registerResource("diary", DIARY, {}, async (uri) => read(uri));
  server.registerResource("secret", SECRET, {}, async (uri) => read(uri));
  const complete = { user: users(uses) };
  for (const [name, template] of Object.entries({ notes: TEMPLATE, vault: HIDDEN_TEMPLATE })) {
    server.registerResource(name, new SdkV1ResourceTemplate(template, { list: undefined, complete }), {}, async (uri) =>
      read(uri),
    );
  }
  for (const name of ["greet", "spy"]) {
    server.registerPrompt(name, { argsSchema: { user: v1Completable(z.string(), users(uses)) } }, async ({ user }) => {
      uses.push(`get ${name}`);
      return prompt(`${name} ${user}`);
    });
  }
  return server;
}
