import { ANYBODY } from "../auth/caller.ts";
import type { RequestContext } from "../auth/request-context.ts";
import { addressGroup } from "./address-group.ts";

/** A caller, and where all are one, who is at an address: one public client must not use up the limits of all. */
export const limitOwner = ({
  caller,
  principal,
  invocation,
}: Pick<RequestContext, "caller" | "principal" | "invocation">): readonly [kind: string, name: string] =>
  caller === ANYBODY ? ["address", addressGroup(invocation.clientIp)] : ["caller", principal];
