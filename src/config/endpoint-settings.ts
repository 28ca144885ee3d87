import type { LogLevel } from "../http/request-log.ts";
import type { Settings } from "./setting.ts";
import { listOf, oneOf, textLike, wholeNumber } from "./value-type.ts";

/** Where the endpoint is, who may reach it, and what it logs. */
export interface EndpointConfig {
  /** Path of the MCP endpoint. `GET /health` answers beside it. */
  readonly path: string;
  /**
   * Host names, without port, that the `Host` header may carry. List the names of a custom domain here. `GET /health`, without a
   * query, is answered under every name.
   *
   * @default every host that the platform's ingress routes; for callers on loopback, loopback names only
   */
  readonly allowedHosts?: readonly string[];
  /**
   * Web origins that may call from a browser, of any scheme, or `*` for every origin but `null`. Clients that are not browsers
   * send no `Origin` and need none.
   *
   * @default none; for callers on loopback, loopback origins
   */
  readonly allowedOrigins?: readonly string[];
  /**
   * `info` logs one JSON line for each request, `error` only for requests that failed in the server, `silent` none.
   * Dashboards and alarms read these lines and see nothing with `error` and `silent`.
   */
  readonly logLevel: LogLevel;
  /**
   * Longest time of a request at a platform that does not tell it, such as one that runs containers. A little
   * before it, streams end in a way that clients resume.
   *
   * @default the platform's, or 300 in a container
   */
  readonly timeoutSeconds?: number;
  /**
   * Number of proxies in front of a container that append to `X-Forwarded-For` the address which called them: the client's
   * address is that many entries from its end, and with 0 the address of the connection. With a higher number than there are
   * such proxies, clients can choose the address by which they are counted (docs/containers.md).
   *
   * @default what the platform itself puts in front, else 0
   */
  readonly trustedProxies?: number;
}

export const ENDPOINT_SETTINGS: Settings<EndpointConfig> = {
  path: {
    variable: "MCP_ANYCLOUD_PATH",
    type: textLike(
      /^(\/|(\/[\w.~-]+)+)$/,
      "be a path such as /mcp, without a slash at its end, or / alone",
      // Clients never send "." and ".." as parts of a path.
      (path) => new URL(path, "http://localhost").pathname === path,
    ),
    default: "/mcp",
  },
  allowedHosts: {
    variable: "MCP_ANYCLOUD_ALLOWED_HOSTS",
    type: listOf({ pattern: /^([\w.-]+|\[[\dA-Fa-f:]+\])$/ }, "be host names without scheme or port"),
    setByDeployment: true,
  },
  allowedOrigins: {
    variable: "MCP_ANYCLOUD_ALLOWED_ORIGINS",
    type: listOf(
      {
        pattern: /^(\*|[a-z][a-z\d+.-]*:\/\/([a-z\d._-]+|\[[\da-f:]+\])(:\d{1,5})?)$/,
        // Browsers leave out the default port (Fetch Standard, "Origin header").
        except: /^(http:.*:80|https:.*:443)$/,
      },
      "be * or web origins such as https://app.example, in lower case and without a default port",
    ),
  },
  logLevel: {
    variable: "MCP_ANYCLOUD_LOG_LEVEL",
    type: oneOf("info", "error", "silent"),
    default: "info",
  },
  timeoutSeconds: {
    variable: "MCP_ANYCLOUD_TIMEOUT_SECONDS",
    type: wholeNumber(1, 3600, "seconds"),
    setByDeployment: true,
  },
  trustedProxies: {
    variable: "MCP_ANYCLOUD_TRUSTED_PROXIES",
    type: wholeNumber(0, 10),
    setByDeployment: true,
  },
};
