/**
 * The forms in which a server may take the URI of a resource: as it was sent, and as the parser of URLs prints it, without line
 * breaks and `..`. McpServer of both SDKs looks up the second one, so that a policy which saw the first one alone would decide
 * about another resource. A server behind a gateway parses what stands behind `<source>+`.
 */
export function uriForms(uri: string): readonly string[] {
  const [, source = "", inner = uri] = /^([a-z][a-z0-9-]*\+)(.*)$/s.exec(uri) ?? [];
  return [...new Set([uri, hrefOf(uri), source + hrefOf(inner)])];
}

/** A URI as the parser of URLs prints it; as it is where that cannot read it. */
export const hrefOf = (uri: string): string => URL.parse(uri)?.href ?? uri;
