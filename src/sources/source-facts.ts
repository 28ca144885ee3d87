import type { ServerDefinition } from "../define-server.ts";

/** The state of a server that is asked over a wire, for operators. */
export type UpstreamState = "ok" | "failing" | "untried";

/** Facts about the server behind a definition of this folder, which a gateway needs. */
export interface SourceFacts {
  /** Whether it may answer with tasks of its own. */
  readonly hasTasks?: boolean;
  /** How it answered last in this process. */
  readonly state?: () => UpstreamState;
  /** A gateway without lock, search and callers, for `mcp-anycloud lock`. */
  readonly unlocked?: ServerDefinition;
  /** Whether a tool of a gateway belongs to somebody else's server. */
  readonly isForeign?: (tool: string) => boolean;
}

const facts = new WeakMap<object, SourceFacts>();

/** Notes the facts about a definition, and gives it back. */
export function withFacts<Definition extends object>(definition: Definition, noted: SourceFacts): Definition {
  facts.set(definition, noted);
  return definition;
}

/** The facts about a definition; none about one that a user wrote. */
export const factsOf = (definition: unknown): SourceFacts =>
  (typeof definition === "object" && definition !== null && facts.get(definition)) || {};
