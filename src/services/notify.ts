import type { ServerEvent } from "@modelcontextprotocol/server";
import type { Principal } from "../auth/principal.ts";
import type { ChangeEvent } from "./change-events.ts";

/** The callers that may learn of a change. */
export interface Audience {
  /**
   * The principals that may learn of the change (`caller.principal`), among those that asked to. Default: all of them. To
   * subscribers of a resource, they are those that could read it when they subscribed.
   */
  readonly for: Principal | readonly Principal[];
}

/** Tells clients that listen, on whatever instance, of changes. Throws TypeError for an audience that names nobody. */
export interface Notify {
  toolsChanged(audience?: Audience): void;
  promptsChanged(audience?: Audience): void;
  resourcesChanged(audience?: Audience): void;
  /** For clients that subscribed to the resource. */
  resourceUpdated(uri: string, audience?: Audience): void;
}

export function createNotify(publish: (event: ChangeEvent) => void): Notify {
  const tell = (event: ServerEvent, audience: Audience | undefined): void =>
    publish(audience === undefined ? event : { ...event, for: principalsOf(audience) });
  return {
    toolsChanged: (audience) => tell({ kind: "tools_list_changed" }, audience),
    promptsChanged: (audience) => tell({ kind: "prompts_list_changed" }, audience),
    resourcesChanged: (audience) => tell({ kind: "resources_list_changed" }, audience),
    resourceUpdated: (uri, audience) => tell({ kind: "resource_updated", uri }, audience),
  };
}

/** An audience that was meant and is missing must not become everybody. */
function principalsOf({ for: audience }: Audience): readonly Principal[] {
  const principals: readonly unknown[] = Array.isArray(audience) ? audience : [audience];
  if (principals.length > 0 && principals.every((principal) => typeof principal === "string")) {
    return principals as readonly Principal[];
  }
  throw new TypeError("notify was given { for } without a principal: pass caller.principal, or a list of principals.");
}
