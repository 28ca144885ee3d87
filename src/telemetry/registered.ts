import type { TelemetrySource } from "./telemetry-source.ts";

/** The global in which copies of OpenTelemetry's API, version 1, find what an SDK has registered (its `internal/global-utils`). */
const REGISTERED = Symbol.for("opentelemetry.js.api.1");

/**
 * `openTelemetry()` where an SDK is registered by now, through an import of the server or a layer. Without one, nothing is
 * loaded: the API and our part of it would take 20 kB of a bundle and their time of each start.
 */
export async function registeredTelemetry(): Promise<TelemetrySource | undefined> {
  const registered = (globalThis as { readonly [REGISTERED]?: { readonly trace?: object; readonly metrics?: object } })[
    REGISTERED
  ];
  if (!registered?.trace && !registered?.metrics) return undefined;
  const { openTelemetry } = await import("./open-telemetry.ts");
  return openTelemetry();
}
