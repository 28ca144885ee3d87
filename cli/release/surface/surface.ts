import type { Prompt } from "@modelcontextprotocol/client";
import { AnycloudError } from "../../../src/adapter.ts";
import { toolsOf } from "../../smoke/choose-tool.ts";
import { nameOf, openTransport, type SmokeTarget } from "../../smoke/open-transport.ts";
import { sentenceFor } from "../../smoke/smoke-failure.ts";

/** A server as its clients can know it. */
export interface Surface {
  readonly tools: Readonly<Record<string, ToolSurface>>;
  /** A JSON Schema of the arguments of each. */
  readonly prompts: Readonly<Record<string, object>>;
  /** Scopes that the metadata of the protected resource asks for (RFC 9728). */
  readonly scopes: readonly string[];
}

interface ToolSurface {
  readonly input: unknown;
  readonly output: unknown;
}

/** Time to connect, and time for the metadata. */
const LIMIT_MS = 30_000;

/** Reads the surface of a server as a client does. Throws INSTANCE_FAILED with one sentence where that fails. */
export async function readSurface(target: SmokeTarget): Promise<Surface> {
  const { Client } = await import("@modelcontextprotocol/client");
  const client = new Client({ name: "mcp-anycloud-diff", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
  const transport = await openTransport(target);
  try {
    await client.connect(transport, { timeout: LIMIT_MS });
    const tools = await toolsOf(client);
    const prompts = client.getServerCapabilities()?.prompts ? (await client.listPrompts()).prompts : [];
    return {
      tools: Object.fromEntries(
        tools.map(({ name, inputSchema, outputSchema }) => [name, { input: inputSchema, output: outputSchema }]),
      ),
      prompts: Object.fromEntries(prompts.map((prompt) => [prompt.name, toSchema(prompt)])),
      scopes: target.url === undefined ? [] : await readScopes(new URL(target.url)),
    };
  } catch (error) {
    throw new AnycloudError("INSTANCE_FAILED", sentenceFor(error, nameOf(target)), { cause: error });
  } finally {
    await client.close().catch(() => {});
  }
}

/** Arguments of prompts are texts. */
const toSchema = ({ arguments: given = [] }: Prompt): object => ({
  properties: Object.fromEntries(given.map(({ name }) => [name, {}])),
  required: given.filter(({ required }) => required).map(({ name }) => name),
});

/** RFC 9728 §3.1: the metadata's path stands before the path of the resource. */
async function readScopes(url: URL): Promise<readonly string[]> {
  const metadata = new URL(`/.well-known/oauth-protected-resource${url.pathname}`, url.origin);
  const response = await fetch(metadata, { signal: AbortSignal.timeout(LIMIT_MS) });
  if (!response.ok) return [];
  const { scopes_supported: scopes } = (await response.json().catch(() => ({}))) as { scopes_supported?: unknown };
  return Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === "string") : [];
}
