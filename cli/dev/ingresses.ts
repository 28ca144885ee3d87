import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { EmulatorOptions } from "../../emulators/emulator.ts";
import { buildTarget } from "../build/build-target.ts";
import type { Cloud } from "../clouds.ts";
import { ownModule } from "../own-module.ts";
import { START_EMULATOR } from "../start-emulator.ts";

export interface IngressOptions extends Omit<EmulatorOptions, "artefact"> {
  readonly cloud: Cloud;
  readonly entry: string;
  /** Folder in which the artefacts are made. */
  readonly folder: string;
  /** Port for a debugger. Default: no debugger can be attached. */
  readonly debugPort?: number | undefined;
  /** Takes what may go wrong with an artefact, one sentence each, whenever one is built. */
  readonly onWarnings: (warnings: readonly string[]) => void;
}

const DEBUGGER = pathToFileURL(ownModule("emulators/debugger")).href;

/** One cloud's artefact behind its ingress. */
export interface Ingress {
  readonly cloud: Cloud;
  readonly url: string;
  readonly imitates: string;
  /** Builds the artefact again and serves it from then on. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

/** Builds a cloud's artefact and starts its ingress on loopback. Throws what `buildTarget` and emulators throw. */
export async function openIngress(options: IngressOptions): Promise<Ingress> {
  const { cloud, entry, folder, debugPort, onWarnings, ...rest } = options;
  const artefact = join(folder, cloud);
  async function build(): Promise<void> {
    const target = { platform: cloud, entry, outDir: artefact, sourceMapDir: artefact, observed: true };
    onWarnings((await buildTarget(target)).warnings);
  }
  await build();
  const preload = debugPort === undefined ? [] : [`--import ${DEBUGGER}?port=${debugPort}`];
  const { NODE_OPTIONS: theirs = "", ...environment }: Record<string, string> = rest.environment ?? {};
  const emulator = await START_EMULATOR[cloud]({
    ...rest,
    artefact,
    // Stack traces name the user's files and lines, not the bundle's.
    environment: { ...environment, NODE_OPTIONS: ["--enable-source-maps", ...preload, theirs].join(" ").trim() },
  });
  return {
    cloud,
    url: emulator.url,
    imitates: emulator.imitates,
    async renew() {
      await build();
      await emulator.reload();
    },
    close: () => emulator.close(),
  };
}
