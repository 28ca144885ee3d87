import { type JSONRPCNotification, ProtocolError } from "@modelcontextprotocol/server";
import { AnycloudError } from "../../errors.ts";
import { logAboutRequest } from "../../http/served-request.ts";
import { LISTS } from "../../server/list-kinds.ts";
import type { FactoryContext } from "../../server/server-factory.ts";
import { emptyWhereNone } from "../forwarding/empty-where-none.ts";
import { type ForwardedRequest, type JsonObject, withoutQuestions } from "../forwarding/forwarded-request.ts";
import { publishChange } from "../forwarding/publish-change.ts";
import { type Breaker, createBreaker } from "../remote/breaker.ts";
import { toUnanswered, UpstreamFailure } from "../remote/upstream-failure.ts";
import type { UpstreamState } from "../source-facts.ts";
import { ChildServer } from "./child-server.ts";
import type { ProcessesOptions } from "./stdio-options.ts";
import { tellsOfRefusal } from "./write-flags.ts";

/** The processes of one source on this instance. */
export interface Processes {
  /** Throws ProtocolError. */
  forward(request: ForwardedRequest, context: FactoryContext): Promise<JsonObject>;
  readonly state: UpstreamState;
}

/** Callers whose failures an instance remembers. */
const REMEMBERED = 1_000;

export function createProcesses(options: ProcessesOptions): Processes {
  const { name, limits } = options;
  const children = new Map<string, ChildServer>();
  // Each caller has processes of their own, and failures of their own.
  const breakers = new Map<string, Breaker>();
  let latest: Breaker | undefined;

  function breakerOf(owner: string): Breaker {
    latest =
      breakers.get(owner) ?? createBreaker({}, (what) => console.error(`stdio server ${name} of a caller ${what}`));
    breakers.delete(owner);
    breakers.set(owner, latest);
    if (breakers.size > REMEMBERED) breakers.delete(breakers.keys().next().value as string);
    return latest;
  }

  /** The process of a caller, the one that was used last at the end of the map. */
  function childOf(owner: string, request: ForwardedRequest): ChildServer {
    const known = children.get(owner);
    children.delete(owner);
    if (known && !known.hasEnded) {
      children.set(owner, known);
      return known;
    }
    if (children.size >= limits.maxProcesses) makeRoom();
    const child = startChild(options, request.client, (how) => {
      if (children.get(owner) === child) children.delete(owner);
      if (how) console.error(`stdio server ${name} ended ${how}`);
    });
    children.set(owner, child);
    return child;
  }

  function makeRoom(): void {
    const idle = [...children].find(([, child]) => child.isIdle);
    if (!idle) throw new UpstreamFailure("refused", "All of its processes are busy: try again later.");
    children.delete(idle[0]);
    idle[1].end();
  }

  return {
    get state() {
      return latest?.state ?? "untried";
    },
    async forward(request, context) {
      const asked = request.era === "modern" ? withoutQuestions(request) : request;
      const owner = ownerOf(request, context);
      try {
        const result = await breakerOf(owner).run(() => childOf(owner, asked).request(asked, publishToCaller(context)));
        if (result.isError === true && tellsOfRefusal(result)) logAboutRequest(`stdio server ${name} ${MAY_NOT_WRITE}`);
        return result;
      } catch (error) {
        const list = LISTS.get(request.method);
        if (list && error instanceof ProtocolError) return emptyWhereNone(list)(error);
        if (!(error instanceof UpstreamFailure)) throw error;
        logAboutRequest(`stdio server ${name}: ${error.message}`, ...(error.cause ? [String(error.cause)] : []));
        return toUnanswered(request, error);
      }
    },
  };
}

/** A disk that is full, say, is no business of a caller. */
function startChild(...given: ConstructorParameters<typeof ChildServer>): ChildServer {
  try {
    return new ChildServer(...given);
  } catch (error) {
    if (error instanceof AnycloudError) throw error;
    throw new UpstreamFailure("unavailable", "It could not be started.", { cause: error });
  }
}

const MAY_NOT_WRITE =
  "may not write there: name the path in its arguments or variables, where {folder} is a folder of its own";

/** A process of a session knows what the client of the session declared; others are told that the client can nothing. */
const ownerOf = ({ sessionId, era }: ForwardedRequest, { caller }: FactoryContext): string =>
  JSON.stringify([caller.principal, era === "legacy" ? (sessionId ?? "") : null]);

/** Tells of changes the caller whose process it is, and nobody else. */
const publishToCaller =
  ({ notify, caller }: FactoryContext) =>
  (notification: JSONRPCNotification): void =>
    publishChange(notify, notification, { for: caller.principal });
