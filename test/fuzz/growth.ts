const MEBIBYTE = 1_048_576;
/** Growth that compiled code, bounded caches and chance may cause. */
const TOLERANCE = 1.15;
const TOLERANCE_BYTES = 4 * MEBIBYTE;

export interface Growth {
  readonly grew: boolean;
  /** In one line, for people. */
  readonly summary: string;
}

/** Compares what was in use in the last third of a run with the first third, each by its median. */
export function growth(heap: readonly number[]): Growth {
  const third = Math.floor(heap.length / 3);
  if (third === 0) return { grew: false, summary: "memory: not measured (run node with --expose-gc)" };
  const [first, last] = [median(heap.slice(0, third)), median(heap.slice(-third))];
  const inMebibytes = (bytes: number): string => `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
  return {
    grew: last > first * TOLERANCE + TOLERANCE_BYTES,
    summary: `memory: ${inMebibytes(first)} in the first third, ${inMebibytes(last)} in the last`,
  };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
