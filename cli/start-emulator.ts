import type { Emulator, EmulatorOptions } from "../emulators/emulator.ts";
import type { Cloud } from "./clouds.ts";

/** Starts one cloud's emulator, and loads no other. */
export const START_EMULATOR: Readonly<Record<Cloud, (options: EmulatorOptions) => Promise<Emulator>>> = {
  aws: async (options) => (await import("../emulators/aws/emulator.ts")).startAwsEmulator(options),
  azure: async (options) => (await import("../emulators/azure/emulator.ts")).startAzureEmulator(options),
  gcp: async (options) => (await import("../emulators/gcp/emulator.ts")).startGcpEmulator(options),
};
