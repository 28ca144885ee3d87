import { AnycloudError } from "../../errors.ts";

/** How the names of one source appear in the gateway. */
export interface Naming {
  readonly source: string;
  /** Before names of tools and prompts. Empty for a source whose names stay as they are. */
  readonly prefix: string;
  /** Before URIs of resources. Empty in the same case. */
  readonly uriPrefix: string;
}

export interface SourceNames {
  readonly all: readonly Naming[];
  /** The source that a name of a tool or prompt belongs to, and its name there. */
  byName(name: string): { readonly naming: Naming; readonly inner: string } | undefined;
  /** The same for the URI, or URI template, of a resource. */
  byUri(uri: string): { readonly naming: Naming; readonly inner: string } | undefined;
}

/** A scheme of a URI may hold no underscore (RFC 3986 §3.1), and a name of a tool no plus. */
const SOURCE = /^[a-z][a-z0-9-]{0,31}$/;
const PREFIX = /^(?:[A-Za-z0-9][\w.-]{0,39})?$/;

/**
 * The names of a gateway's sources: a tool `add` of `notes` is `notes_add`, a resource `note://1` is `notes+note://1`, unless
 * `prefixes` says otherwise. Which source a name belongs to follows from the name alone, on every instance, whether the
 * source can be asked or not. Throws SERVER_INVALID.
 */
export function createSourceNames(
  sources: readonly string[],
  prefixes: Readonly<Record<string, string>> = {},
): SourceNames {
  const invalid = sources.find((source) => !SOURCE.test(source));
  if (sources.length === 0) throw refusal("has no sources: gateway({ notes: notebook })");
  if (invalid !== undefined) {
    throw refusal(`has a source ${JSON.stringify(invalid)}: a name is 1 to 32 of a-z, 0-9 and "-", a letter first`);
  }
  const unknown = Object.keys(prefixes).find((source) => !sources.includes(source));
  if (unknown !== undefined) throw refusal(`has a prefix for ${JSON.stringify(unknown)}, which is none of its sources`);
  const all = sources.map((source): Naming => {
    const prefix = prefixes[source] ?? `${source}_`;
    if (!PREFIX.test(prefix)) {
      throw refusal(
        `has a prefix ${JSON.stringify(prefix)} for ${source}: letters, digits, "_", "-" and ".", 40 at most`,
      );
    }
    return { source, prefix, uriPrefix: prefix === "" ? "" : `${source}+` };
  });
  for (const naming of all) refuseSharedPrefix(naming, all);
  // The one without a prefix comes last, and takes what is left.
  const ordered = all.toSorted((one, other) => other.prefix.length - one.prefix.length);
  const find = (field: "prefix" | "uriPrefix", text: string): ReturnType<SourceNames["byName"]> => {
    const naming = ordered.find((candidate) => text.startsWith(candidate[field]));
    return naming && { naming, inner: text.slice(naming[field].length) };
  };
  return { all, byName: (name) => find("prefix", name), byUri: (uri) => find("uriPrefix", uri) };
}

function refuseSharedPrefix({ source, prefix }: Naming, all: readonly Naming[]): void {
  const other = all.find(
    (candidate) => candidate.source !== source && candidate.prefix !== "" && candidate.prefix.startsWith(prefix),
  );
  const twin = all.find((candidate) => candidate.source !== source && candidate.prefix === prefix);
  const shared = twin ?? (prefix === "" ? undefined : other);
  if (shared) {
    throw refusal(`cannot tell the names of ${source} and ${shared.source} apart: give them other prefixes`);
  }
}

const refusal = (problem: string): AnycloudError => new AnycloudError("SERVER_INVALID", `The gateway ${problem}.`);
