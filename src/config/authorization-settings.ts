import type { Settings } from "./setting.ts";
import { oneOf, wholeNumber } from "./value-type.ts";

/** Settings of calls that are allowed. */
export interface AuthorizationConfig {
  /**
   * Largest message of a server, in bytes of JSON; the responses of a batch share it. A larger result of a tool becomes a tool
   * error, another response a JSON-RPC error, and a notification or request fails at the code that sends it.
   */
  readonly maxOutputBytes: number;
  /**
   * Whether the server's policy decides (`enforce`), or its denials are only in the audit log (`log`) and everything is
   * allowed: to try a policy on real calls.
   */
  readonly policyMode: "enforce" | "log";
  /**
   * Whether the audit log has one JSON line for each use of a tool, prompt or resource and each refusal, without arguments
   * that are not declared safe.
   *
   * @default `on` where callers are identified, or the server has a policy or an audit sink
   */
  readonly audit?: "on" | "off";
}

export const AUTHORIZATION_SETTINGS: Settings<AuthorizationConfig> = {
  maxOutputBytes: {
    variable: "MCP_ANYCLOUD_MAX_OUTPUT_BYTES",
    type: wholeNumber(1024, 33_554_432, "bytes"),
    default: 4_194_304,
  },
  policyMode: {
    variable: "MCP_ANYCLOUD_POLICY_MODE",
    type: oneOf("enforce", "log"),
    default: "enforce",
  },
  audit: {
    variable: "MCP_ANYCLOUD_AUDIT",
    type: oneOf("on", "off"),
  },
};
