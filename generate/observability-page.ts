import { readDocComments } from "./doc-comments.ts";

/** The source in which the fields of a request's line are. */
export const REQUEST_RECORD = "src/http/record/request-record.ts";

/** docs/observability.md: its template with the fields of a request's line. Throws for a field without a comment. */
export function observabilityPage(template: string, source: string): string {
  const fields = [...readDocComments(source)].map(([field, { text }]) => `| \`${field}\` | ${text} |`);
  const declared = source.match(/^ {2}readonly \w+\??:/gm) ?? [];
  if (fields.length !== declared.length) throw new Error(`A field in ${REQUEST_RECORD} has no doc comment.`);
  return template.replace("{{fields}}", ["| field | meaning |", "| --- | --- |", ...fields].join("\n"));
}
