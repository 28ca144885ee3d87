import { validateHeaderName, validateHeaderValue } from "node:http";
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { parseFirstCall } from "../dev/first-call.ts";
import { readFlags, toNumber, usage } from "../flags.ts";
import type { SmokeOptions } from "./run-smoke.ts";

export interface SmokeCommand {
  readonly verb: "smoke";
  readonly options: SmokeOptions;
}

const FLAGS = {
  lambda: { type: "string" },
  region: { type: "string" },
  call: { type: "string" },
  header: { type: "string", multiple: true },
  timeout: { type: "string" },
} as const satisfies ParseArgsOptionsConfig;

/** Longest time a check may take, in seconds: that of a request to Lambda. */
const MAX_TIMEOUT_SECONDS = 900;

/** Reads the arguments of `mcp-anycloud smoke`. Throws USAGE, which never repeats the value of a header. */
export function parseSmoke(args: string[]): SmokeCommand {
  const { values, positionals } = readFlags("smoke", () => parseArgs({ args, options: FLAGS, allowPositionals: true }));
  const { lambda, region, call, header = [] } = values;
  if (positionals.length > 1) throw usage(`There is one url, not ${positionals.length}`, `leave out ${positionals[1]}`);
  const [url] = positionals;
  if (url === undefined && !lambda) throw usage("Nothing says what to try", "give a url or --lambda NAME[:ALIAS]");
  if (region !== undefined && !lambda) throw usage("--region is for --lambda alone", "leave it out");
  const timeoutSeconds = toNumber("--timeout", values.timeout, [1, MAX_TIMEOUT_SECONDS]);
  return {
    verb: "smoke",
    options: {
      headers: Object.fromEntries(header.map(toHeader)),
      ...(url !== undefined && { url: toUrl(url) }),
      ...(lambda && { lambda }),
      ...(region && { region }),
      ...(call !== undefined && { call: parseFirstCall(call) }),
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    },
  };
}

/** An address of HTTP, without a password, which `fetch` refuses and repeats. Throws USAGE. */
export function toUrl(text: string): URL {
  const url = URL.parse(text);
  const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
  if (isHttp ? url.username || url.password : text.includes("@"))
    throw usage("The address has a name or a password in it", "send it with --header 'authorization=Basic …'");
  if (isHttp) return url;
  throw usage(`"${text}" is no address`, "give one such as https://mcp.example.com/mcp");
}

/** `NAME=VALUE`. Throws USAGE, which never repeats the value. */
export function toHeader(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  const [name, value] = [text.slice(0, at).trim(), text.slice(at + 1)];
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    // Written as "Name: value", all of it is the secret.
    throw usage("A --header is not of the form NAME=VALUE", "write, for example, --header 'authorization=Bearer …'");
  }
  return [name, value];
}
