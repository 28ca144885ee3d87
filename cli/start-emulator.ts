import type { Emulator, EmulatorOptions } from "../emulators/emulator.ts";
import type { Platform } from "./clouds.ts";

type StartEmulator = (options: EmulatorOptions) => Promise<Emulator>;

const gcp: StartEmulator = async (options) => (await import("../emulators/gcp/emulator.ts")).startGcpEmulator(options);

/** Starts one platform's emulator, and loads no other. Cloud Run starts any image as others do. */
export const START_EMULATOR: Readonly<Record<Platform, StartEmulator>> = {
  aws: async (options) => (await import("../emulators/aws/emulator.ts")).startAwsEmulator(options),
  azure: async (options) => (await import("../emulators/azure/emulator.ts")).startAzureEmulator(options),
  gcp,
  container: gcp,
};
