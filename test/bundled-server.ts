import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Artefact } from "../cli/build/artefact/artefact.ts";
import { buildTarget } from "../cli/build/build-target.ts";
import type { EntryKind } from "../cli/build/entry/entry-source.ts";
import { startGcpEmulator } from "../emulators/gcp/emulator.ts";
import { createProject } from "./cli/project.ts";

/** A module, bundled as a Cloud Run container, which has the fewest rules of its own. */
interface BundledServer {
  readonly artefact: Artefact;
  /** Serves the artefact and settles with its origin. */
  open(environment?: Readonly<Record<string, string>>): Promise<string>;
}

/** Bundles and serves modules for the tests of one file, and forgets them. */
export interface Bundler {
  bundle(name: string, source: string, kind?: EntryKind): Promise<BundledServer>;
  /** Writes a module for those that are bundled to import, at a path beside them. */
  write(path: string, source: string): void;
  /** The response of a server's tool `greet`. */
  call(url: string, args: Record<string, unknown>): Promise<string>;
  /** Ends what has been served and called so far. */
  close(): Promise<void>;
  /** Removes the artefacts. */
  remove(): void;
}

export function createBundler(): Bundler {
  const project = createProject();
  const closers: Array<() => Promise<void>> = [];
  return {
    async bundle(name, source, kind = "server") {
      const outDir = join(project.folder, `artefact-${name}`);
      const artefact = await buildTarget({ platform: "gcp", entry: project.write(`${name}.ts`, source), outDir, kind });
      return {
        artefact,
        async open(environment = {}) {
          const emulator = await startGcpEmulator({ artefact: outDir, port: 0, environment });
          closers.push(() => emulator.close());
          return emulator.url;
        },
      };
    },
    write: (path, source) => void project.write(path, source),
    async call(url, args) {
      const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } });
      closers.push(() => client.close());
      await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
      const { content } = await client.callTool({ name: "greet", arguments: args });
      return content.map((block) => (block.type === "text" ? block.text : block.type)).join("");
    },
    async close() {
      for (const close of closers.splice(0)) await close();
    },
    remove: () => project.remove(),
  };
}
