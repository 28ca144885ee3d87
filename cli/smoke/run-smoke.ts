import type { CallToolResult, Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { AnycloudError } from "../../src/adapter.ts";
import type { FirstCall } from "../dev/first-call.ts";
import { harmlessCall, toolList, toolsOf } from "./choose-tool.ts";
import { nameOf, openTransport, type SmokeTarget } from "./open-transport.ts";
import { hider } from "./secrets.ts";
import { type Clock, startClock } from "./smoke-clock.ts";
import { asksForToken, isAccessDenied, isRefused, sentenceFor } from "./smoke-failure.ts";

export interface SmokeOptions extends SmokeTarget {
  /** The tool to call. Default: the first that says it only reads and that needs no arguments; none if there is none. */
  readonly call?: FirstCall;
  /** Time for everything together, in seconds. Default 30. */
  readonly timeoutSeconds?: number;
}

export interface SmokeStep {
  /** `connect`, `tools/list`, `tools/call greet`. */
  readonly step: string;
  readonly outcome: string;
  readonly milliseconds: number;
}

export interface SmokeReport {
  /** The steps that were taken, in order. If one failed, it is the last. */
  readonly steps: readonly SmokeStep[];
  /** One sentence that says what is wrong and what to do; undefined when nothing is. */
  readonly failure: string | undefined;
  /** The failure is that the server asks for a token: it is up, and more cannot be told without one. */
  readonly needsToken: boolean;
  /** The failure is that the platform, or the server, does not let this client in (403). */
  readonly refused: boolean;
  /** The failure is that IAM does not allow to invoke the function. */
  readonly accessDenied: boolean;
}

/** A constant, because a bundled deployment hook has no package.json to read. */
const CLIENT = { name: "mcp-anycloud-smoke", version: "1.0.0" };

/**
 * Tries a server as an MCP client does: connects (2026-07-28, else 2025), lists the tools and calls one. Settles with what
 * happened, within the given time, and never rejects. Its bundle is small enough for a deployment hook.
 */
export async function runSmoke(options: SmokeOptions): Promise<SmokeReport> {
  const { timeoutSeconds = 30, headers = {} } = options;
  const hide = hider(Object.values(headers));
  const steps: SmokeStep[] = [];
  const clock = startClock(timeoutSeconds);
  const step: Step = async (name, work, describe) => {
    const startedAt = performance.now();
    const note = (outcome: string): void => {
      steps.push({ step: name, outcome: hide(outcome), milliseconds: Math.round(performance.now() - startedAt) });
    };
    try {
      const result = await clock.within(work());
      note(describe(result));
      return result;
    } catch (error) {
      note("failed");
      throw error;
    }
  };
  try {
    await tryServer(options, clock, step);
    return { steps, failure: undefined, needsToken: false, refused: false, accessDenied: false };
  } catch (error) {
    const failure = hide(sentenceFor(error, nameOf(options)));
    return {
      steps,
      failure,
      needsToken: asksForToken(error),
      refused: isRefused(error),
      accessDenied: isAccessDenied(error),
    };
  } finally {
    clock.stop();
  }
}

type Step = <Result>(
  name: string,
  work: () => Promise<Result>,
  describe: (result: Result) => string,
) => Promise<Result>;

async function tryServer(options: SmokeOptions, clock: Clock, step: Step): Promise<void> {
  const { Client } = await import("@modelcontextprotocol/client");
  const transport = await openTransport(options);
  const client = new Client(CLIENT, { versionNegotiation: { mode: "auto" } });
  // A request whose stream breaks off would wait for its answer until its time is up.
  transport.onerror = clock.breakOff;
  // The clock ends requests first, with a better message.
  const limits = { timeout: clock.milliseconds + 1_000 };
  try {
    await step(
      "connect",
      () => client.connect(transport, limits),
      () => `${client.getServerVersion()?.name ?? "a server"} speaks ${client.getNegotiatedProtocolVersion()}`,
    );
    const tools = await step("tools/list", () => toolsOf(client, limits), toolList);
    const call = options.call ?? harmlessCall(tools);
    if (call) {
      const parameters = { name: call.tool, arguments: call.arguments };
      await step(
        `tools/call ${call.tool}`,
        async () => checked(await client.callTool(parameters, limits), call),
        toText,
      );
    } else {
      await step(
        "tools/call",
        async () => {},
        () => "left out: no tool is read-only and needs no arguments",
      );
    }
  } finally {
    await leave(client, transport, clock);
  }
}

/** Ends a session of the 2025 era, while there is time, and the connection. */
async function leave(client: Client, transport: StreamableHTTPClientTransport, clock: Clock): Promise<void> {
  transport.onerror = () => {};
  await clock.within(transport.terminateSession()).catch(() => {});
  await client.close();
  await transport.close();
}

function checked(result: CallToolResult, { tool }: FirstCall): CallToolResult {
  if (!result.isError) return result;
  throw new AnycloudError("INSTANCE_FAILED", `The tool ${tool} answers with an error: ${toText(result)}`);
}

function toText({ content }: CallToolResult): string {
  const text = content.map((block) => (block.type === "text" ? block.text : `(${block.type})`)).join(" ");
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line || "(nothing)";
}

/** Characters of an answer that go into a table. */
const SHOWN = 100;
