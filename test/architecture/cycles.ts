/** The nodes that each node depends on. */
export type Edges = ReadonlyMap<string, ReadonlySet<string>>;

/** Nodes that all reach each other. */
export interface Cycle {
  /** The shortest way from one of them back to it; the first by name among several. Breaking it may show the next one. */
  readonly path: readonly string[];
  /** How many nodes reach each other. */
  readonly size: number;
}

export function shortestCycles(edges: Edges): Cycle[] {
  const reached = new Map(Array.from(edges.keys(), (node) => [node, reachableFrom(node, edges)]));
  const isCyclic = (node: string): boolean => reached.get(node)?.has(node) ?? false;
  const cyclic = [...edges.keys()].filter(isCyclic).sort();
  const knots = Map.groupBy(cyclic, (node) =>
    cyclic.find((other) => reached.get(node)?.has(other) && reached.get(other)?.has(node)),
  );
  return Array.from(knots.values(), (nodes) => {
    const paths = nodes.map((node) => shortestPath(node, edges));
    return { path: paths.reduce((best, path) => (path.length < best.length ? path : best)), size: nodes.length };
  });
}

function reachableFrom(start: string, edges: Edges): Set<string> {
  const found = new Set<string>();
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const next of edges.get(node) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(next);
    }
  }
  return found;
}

/** From a node back to itself; the node is known to lie on a cycle. */
function shortestPath(start: string, edges: Edges): string[] {
  const paths = [[start]];
  const seen = new Set<string>();
  for (const path of paths) {
    for (const next of [...(edges.get(path.at(-1) ?? "") ?? [])].sort()) {
      if (next === start) return [...path, next];
      if (seen.has(next)) continue;
      seen.add(next);
      paths.push([...path, next]);
    }
  }
  throw new Error(`${start} is on no cycle.`);
}
