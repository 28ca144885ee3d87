import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The part that the adapter reads of host.json. */
interface HostJson {
  readonly functionTimeout?: unknown;
  readonly extensions?: { readonly http?: { readonly routePrefix?: unknown } };
}

/** The host's settings of the app in `folder`. */
export function readHostJson(folder: string): HostJson {
  try {
    return JSON.parse(readFileSync(join(folder, "host.json"), "utf8"));
  } catch {
    // The host has defaults for a missing file, and does not start an app whose file is not JSON.
    return {};
  }
}

/**
 * The prefix that the host puts before every route, such as `/api`; empty where there is none. The app setting goes before
 * host.json (https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook#hostjson-settings, routePrefix).
 */
export function readRoutePrefix(environment: NodeJS.ProcessEnv, folder: string): string {
  const configured =
    environment.AzureFunctionsJobHost__extensions__http__routePrefix ??
    readHostJson(folder).extensions?.http?.routePrefix ??
    "api";
  const prefix = String(configured).replace(/^\/+|\/+$/g, "");
  return prefix && `/${prefix}`;
}
