import type { EntryKind } from "../../cli/build/entry/entry-source.ts";
import type { Cloud } from "../../cli/clouds.ts";
import { type AwsEmulatorOptions, startAwsEmulator } from "../../emulators/aws/emulator.ts";
import { startAzureEmulator } from "../../emulators/azure/emulator.ts";
import type { Emulator, EmulatorOptions } from "../../emulators/emulator.ts";
import { type GcpEmulatorOptions, startGcpEmulator } from "../../emulators/gcp/emulator.ts";
import { builtArtefact } from "./artefacts.ts";

/** Options of an ingress. All others have the emulators' own defaults. */
export interface IngressOptions
  extends Partial<Omit<EmulatorOptions, "artefact">>,
    Pick<AwsEmulatorOptions, "ingress" | "streaming" | "runtime">,
    Pick<GcpEmulatorOptions, "form" | "requestTimeoutSeconds" | "concurrency" | "maxInstances"> {
  /** Absolute path of the module to serve. */
  readonly entry: string;
  readonly kind?: EntryKind;
}

const START: Readonly<Record<Cloud, (options: EmulatorOptions) => Promise<Emulator>>> = {
  aws: startAwsEmulator,
  azure: startAzureEmulator,
  gcp: startGcpEmulator,
};

/** Builds an entry for a cloud and serves the artefact behind that cloud's ingress, on any free port. */
export async function startIngress(
  cloud: Cloud,
  { entry, kind = "server", ...options }: IngressOptions,
): Promise<Emulator> {
  const { folder, release } = await builtArtefact(cloud, entry, kind);
  try {
    const emulator = await START[cloud]({ port: 0, ...options, artefact: folder });
    return {
      ...emulator,
      async close() {
        await emulator.close();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}
