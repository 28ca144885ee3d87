import type { Read, Tell } from "./read-values.ts";

export interface SamplerChoice {
  readonly kind: "always_on" | "always_off" | "traceidratio";
  /** A span whose parent is known is sampled as its parent is. */
  readonly isParentBased: boolean;
  /** Share of traces, for `traceidratio`. */
  readonly ratio: number;
}

const SAMPLERS: ReadonlySet<string> = new Set(["always_on", "always_off", "traceidratio"]);

/** `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`. */
export function readSampler(read: Read, tell: Tell): SamplerChoice {
  const name = read("OTEL_TRACES_SAMPLER") ?? "parentbased_always_on";
  const isParentBased = name.startsWith("parentbased_");
  const kind = name.replace(/^parentbased_/, "");
  if (!SAMPLERS.has(kind)) {
    tell(
      "OTEL_TRACES_SAMPLER must be always_on, always_off, traceidratio or one of them behind parentbased_; parentbased_always_on is used.",
    );
    return { kind: "always_on", isParentBased: true, ratio: 1 };
  }
  const argument = read("OTEL_TRACES_SAMPLER_ARG");
  const ratio = argument === undefined ? 1 : Number(argument);
  if (kind === "traceidratio" && !(ratio >= 0 && ratio <= 1)) {
    tell("OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1; 1 is used.");
    return { kind, isParentBased, ratio: 1 };
  }
  return { kind: kind as SamplerChoice["kind"], isParentBased, ratio };
}
