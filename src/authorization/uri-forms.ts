/**
 * The forms in which a server may take the URI of a resource: as it was sent, and as the parser of URLs prints it, without line
 * breaks and `..`. McpServer of both SDKs looks up the second one, so that a policy which saw the first one alone would decide
 * about another resource. A server behind a gateway parses what stands behind `<source>+`.
 */
export function uriForms(uri: string): readonly string[] {
  const [, source = "", inner = uri] = /^([a-z][a-z0-9-]*\+)(.*)$/s.exec(uri) ?? [];
  const parsed = URL.parse(inner)?.href;
  const forms = [uri, URL.parse(uri)?.href, parsed === undefined ? undefined : source + parsed];
  return [...new Set(forms.filter((form) => form !== undefined))];
}
