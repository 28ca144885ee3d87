import { quantile } from "../quantile.ts";

/** One measurement, by the clock on the wall and by the processor's. */
export interface Sample {
  readonly wall: number;
  readonly cpu: number;
}

/** Samples of one thing, taken in turns with those of the others. */
export interface Summary extends Sample {
  readonly least: number;
  readonly most: number;
}

/** Medians, and between what the wall's times lay. */
export function summaryOf(samples: readonly Sample[]): Summary {
  const walls = samples.map(({ wall }) => wall);
  const cpus = samples.map(({ cpu }) => cpu);
  return { wall: quantile(walls, 0.5), cpu: quantile(cpus, 0.5), least: Math.min(...walls), most: Math.max(...walls) };
}

/** So that nobody always follows the same neighbour. */
export function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
