/** A container that tells its parent where it listens, and how much memory it has used at most. */
import { readFileSync } from "node:fs";
import { listenOnPort } from "../../adapters/gcp/container.ts";
import { createMcpEndpoint } from "../../src/index.ts";
import { createV2Server } from "../support/servers.ts";

/** So short that a test need not wait long for those who are told to come again. */
const REQUEST_SECONDS = 15;

const endpoint = createMcpEndpoint(createV2Server, { logLevel: "silent", requestSeconds: REQUEST_SECONDS });
const { port } = await listenOnPort(endpoint, { port: 0, host: "127.0.0.1" });
process.on("message", () => process.send?.({ maxResidentBytes: maxResidentBytes() }));
process.on("disconnect", () => process.exit());
process.send?.({ port });

/**
 * The most memory that this process has had (proc(5), VmHWM); where there is no such file, what it has now. The `maxRSS` of
 * Node.js includes what the parent had when it forked.
 */
function maxResidentBytes(): number {
  if (process.platform !== "linux") return process.memoryUsage.rss();
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}
