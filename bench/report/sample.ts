import { quantile } from "../quantile.ts";

/** One measurement, by the wall clock and by the CPU time of the measured process. */
export interface Sample {
  readonly wall: number;
  readonly cpu: number;
}

/** The samples of one thing. */
export interface Summary extends Sample {
  /** The shortest wall time. */
  readonly least: number;
  /** The longest wall time. */
  readonly most: number;
}

/** The medians, and the range of the wall times. */
export function summaryOf(samples: readonly Sample[]): Summary {
  const walls = samples.map(({ wall }) => wall);
  return { ...medianOf(samples), least: Math.min(...walls), most: Math.max(...walls) };
}

/**
 * Divides these samples by `others`: the median of the ratios of all rounds. Each round measured both, one soon after the
 * other, so a machine that becomes slower between rounds changes no ratio.
 */
export function ratioOf(samples: readonly Sample[], others: readonly Sample[]): Sample {
  return medianOf(
    samples.map(({ wall, cpu }, round) => ({
      wall: wall / (others[round]?.wall ?? Number.NaN),
      cpu: cpu / (others[round]?.cpu ?? Number.NaN),
    })),
  );
}

/** Subtracts `others` from these samples: the median of the differences of all rounds. */
export function differenceOf(samples: readonly Sample[], others: readonly Sample[]): Sample {
  return medianOf(
    samples.map(({ wall, cpu }, round) => ({
      wall: wall - (others[round]?.wall ?? Number.NaN),
      cpu: cpu - (others[round]?.cpu ?? Number.NaN),
    })),
  );
}

function medianOf(samples: readonly Sample[]): Sample {
  const at = (values: readonly number[]): number => quantile(values, 0.5);
  return { wall: at(samples.map(({ wall }) => wall)), cpu: at(samples.map(({ cpu }) => cpu)) };
}

/** The items in random order, so that none always follows the same neighbour. */
export function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
