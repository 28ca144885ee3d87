import type { JSONRPCNotification } from "@modelcontextprotocol/server";
import type { Audience, Notify } from "../../services/notify.ts";

/** Publishes the change that a server behind this one tells of: of a list, or of a resource. Other notifications tell of none. */
export function publishChange(notify: Notify, { method, params }: JSONRPCNotification, audience?: Audience): void {
  if (method === "notifications/tools/list_changed") notify.toolsChanged(audience);
  if (method === "notifications/prompts/list_changed") notify.promptsChanged(audience);
  if (method === "notifications/resources/list_changed") notify.resourcesChanged(audience);
  if (method === "notifications/resources/updated") notify.resourceUpdated(String(params?.uri), audience);
}
