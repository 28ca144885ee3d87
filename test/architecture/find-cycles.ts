import { roomOf } from "./check-imports.ts";
import { type Cycle, shortestCycles } from "./cycles.ts";
import type { ImportGraph } from "./import-graph.ts";

/** Cycles of files, types counted, each as the shortest path and how many files. */
export function findFileCycles(graph: ImportGraph): string[] {
  const edges = new Map(
    Array.from(graph, ([file, imports]) => [
      file,
      new Set(imports.filter((found) => !found.isPackage).map(({ to }) => to)),
    ]),
  );
  return shortestCycles(edges).map(textOf);
}

/** Cycles of rooms of `src/`, each step with an import that makes it. */
export function findRoomCycles(graph: ImportGraph): string[] {
  const edges = new Map<string, Set<string>>();
  const examples = new Map<string, string>();
  for (const { from, to } of [...graph.values()].flat()) {
    const [source, target] = [roomOf(from), roomOf(to)];
    if (source === undefined || target === undefined || source === target) continue;
    edges.set(source, (edges.get(source) ?? new Set()).add(target));
    const step = `${source} → ${target}`;
    if (!examples.has(step)) examples.set(step, `${from} imports ${to}`);
  }
  return shortestCycles(edges).map((cycle) => {
    const { path } = cycle;
    const steps = path.slice(1).map((room, index) => examples.get(`${path[index]} → ${room}`));
    return `${textOf(cycle)}: ${steps.join("; ")}`;
  });
}

const textOf = ({ path, size }: Cycle): string => `${path.join(" → ")} (${size} depend on each other)`;
