/** A program: serves a DynamoDB with one table, in memory or in a folder, until its parent ends. */
import { once } from "node:events";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import dynalite from "dynalite";
import { createTable, removeExpired } from "./local-table-client.ts";
import { type FolderProblem, takeTableFolder } from "./local-table-folder.ts";
import { privateListener, secretPath } from "./private-service.ts";

/** The message over the IPC channel: where the table can be used, or why its folder cannot. */
export type LocalTableReport = { readonly url: string } | { readonly problem: FolderProblem };

/** How often items are removed whose time to live is over: a table that is kept would grow without end. */
const REMOVAL_MS = 600_000;

// Ctrl-C in a terminal reaches this process too, but the last requests still need the table.
process.on("SIGINT", () => {});

const [table = "", folder, reset] = process.argv.slice(2);
const problem = folder === undefined ? undefined : await takeTableFolder(folder, reset === "reset");
report(problem === undefined ? { url: await serve() } : { problem });

/** Opens the service and settles with its URL when the table can be used. */
async function serve(): Promise<string> {
  const server = dynalite({ createTableMs: 0, ...(folder !== undefined && { path: folder }) });
  const path = secretPath();
  const [listener] = server.listeners("request") as [RequestListener];
  server.removeAllListeners("request").on("request", privateListener(listener, path));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  await createTable({ url, table });
  if (folder !== undefined) {
    const remove = (): void =>
      void removeExpired({ url, table }, Math.floor(Date.now() / 1000)).catch((error) => console.error(String(error)));
    remove();
    setInterval(remove, REMOVAL_MS).unref();
  }
  return url;
}

function report(message: LocalTableReport): void {
  process.send?.(message);
}
