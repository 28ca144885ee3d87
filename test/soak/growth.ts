import { quantile } from "../../bench/quantile.ts";

/** Says how a figure grew from the middle third of its samples to the last third; undefined where that is no more than noise. */
export function growthOf(name: string, samples: readonly number[], allowed: number): string | undefined {
  const third = Math.floor(samples.length / 3);
  const middle = samples.slice(-2 * third, -third);
  const before = quantile(middle, 0.5);
  const after = quantile(samples.slice(-third), 0.5);
  // A leak grows by little from each sample to the next, and noise jumps.
  const noise = quantile(
    middle.slice(1).map((value, index) => Math.abs(value - (middle[index] ?? value))),
    0.5,
  );
  const most = Math.max(allowed, 2 * noise);
  if (third > 1 && after - before <= most) return undefined;
  return `${name}: ${before} in the middle third, ${after} in the last, of ${samples.length} samples; ${most} more is noise`;
}
