import type { ServerContext } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import type { TaskQuestion } from "../task-record.ts";
import type { Progress } from "./task.ts";

/** The ways of a running tool to its client, whichever SDK its server is of. */
export interface ToolContext {
  readonly signal: AbortSignal;
  /** Answers to the questions of the round before. */
  readonly inputResponses: Readonly<Record<string, unknown>>;
  notifyProgress(progress: Progress): Promise<void>;
  /** Asks the client at once. Absent where a tool returns its questions. */
  readonly request?: (question: TaskQuestion) => Promise<unknown>;
}

/** The part that is needed of what SDK v1 passes to tools. */
interface V1Extra {
  readonly signal: AbortSignal;
  readonly _meta?: { readonly progressToken?: string | number };
  sendNotification(notification: object): Promise<void>;
  sendRequest(request: TaskQuestion, resultSchema: object): Promise<unknown>;
}

const isV2 = (context: unknown): context is ServerContext =>
  typeof context === "object" && context !== null && "mcpReq" in context;

/** The last argument of a tool's callback, in one shape for both SDKs. */
export function toToolContext(context: unknown): ToolContext {
  if (isV2(context)) {
    const { mcpReq } = context;
    return {
      signal: mcpReq.signal,
      inputResponses: mcpReq.inputResponses ?? {},
      notifyProgress: progressTo(mcpReq._meta?.progressToken, (sent) => mcpReq.notify(sent)),
    };
  }
  const extra = context as V1Extra;
  return {
    signal: extra.signal,
    inputResponses: {},
    notifyProgress: progressTo(extra._meta?.progressToken, (sent) => extra.sendNotification(sent)),
    request: (question) => extra.sendRequest(question, z.looseObject({})),
  };
}

interface ProgressNotification {
  readonly method: "notifications/progress";
  readonly params: Record<string, unknown>;
}

/** A client that gave no token wants no progress (MCP, Progress). */
const progressTo =
  (progressToken: string | number | undefined, send: (notification: ProgressNotification) => Promise<void>) =>
  async (progress: Progress): Promise<void> => {
    if (progressToken === undefined) return;
    await send({ method: "notifications/progress", params: { ...progress, progressToken } });
  };
