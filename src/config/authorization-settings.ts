import * as z from "zod/v4";
import { type Settings, wholeNumber } from "./settings.ts";

/** What becomes of calls that were let in. */
export interface AuthorizationConfig {
  /** Largest answer of a tool in bytes of JSON; a larger one becomes a tool error. Default 4 MiB. */
  readonly maxOutputBytes: number;
  /** Whether there is an audit trail. Default: as soon as callers are told apart, or the server has a policy or a sink. */
  readonly audit?: "on" | "off";
}

export const AUTHORIZATION_SETTINGS: Settings<keyof AuthorizationConfig> = {
  MCP_ANYCLOUD_MAX_OUTPUT_BYTES: {
    field: "maxOutputBytes",
    schema: wholeNumber(1024, 33_554_432),
    must: "be a whole number of bytes from 1024 to 33554432",
  },
  MCP_ANYCLOUD_AUDIT: {
    field: "audit",
    schema: () => z.enum(["on", "off"]),
    must: "be on or off",
  },
};
