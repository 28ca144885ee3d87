import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDocComments } from "../../generate/doc-comments.ts";
import { REQUEST_RECORD } from "../../generate/observability-page.ts";
import { PICTURES } from "../../generate/pictures.ts";

const read = (path: string): string => readFileSync(join(import.meta.dirname, "../..", path), "utf8");
const FIELDS = new Set(readDocComments(read(REQUEST_RECORD)).keys());

/** Words in camel case: those of the queries' languages are in lower case. */
const camelCase = (query: string): string[] => query.match(/\b[a-z]+(?:[A-Z][a-z]*)+\b/g) ?? [];

test.each(PICTURES)("$title: asks for fields that lines have", ({ aws, azure }) => {
  // A line stands for itemCount lines in Application Insights, and tolong and its like are functions of KQL.
  const named = [...camelCase(aws.join()), ...camelCase(azure).filter((word) => word !== "itemCount")];
  expect(named.filter((word) => !FIELDS.has(word))).toEqual([]);
});

test("labels of Google's metric are those that the module extracts", () => {
  const labels = [...read("templates/gcp/observability.tf").matchAll(/^ {6}key = "(\w+)"$/gm)].map(([, key]) => key);
  const queries = PICTURES.flatMap(({ gcp }) => gcp).filter((query) => query.includes("local.duration"));
  const asked = queries.flatMap((query) => [
    ...(/by \(([\w, ]+)\)/.exec(query)?.[1]?.split(", ") ?? []),
    ...[...query.matchAll(/,(\w+)(?:=~|!=|=)"/g)].map(([, label]) => label),
  ]);
  expect(asked.filter((label) => label !== "le" && !labels.includes(label))).toEqual([]);
  expect(new Set(asked)).toEqual(new Set(["method", "tool", "outcome", "era", "le"]));
});

test("Google's metrics of tasks and of the store are made of fields that lines have, and are named by pictures", () => {
  const module = read("templates/gcp/observability.tf");
  const made = [...module.matchAll(/^ {4}([a-z-]+) += \{ field = "(\w+)"/gm)];
  expect(made.map(([, , field = ""]) => field).filter((field) => !FIELDS.has(field))).toEqual([]);
  const locals = [...read("templates/gcp/dashboard.tf").matchAll(/^ {2}(\w+) += local\.metric\["([a-z-]+)"\]$/gm)];
  const asked = PICTURES.flatMap(({ gcp }) => gcp.flatMap((query) => /local\.(\w+)\}_/.exec(query)?.[1] ?? []));
  const named = locals.flatMap(([, local = "", metric]) => (asked.includes(local) ? metric : []));
  expect(named.toSorted()).toEqual(["duration", ...made.map(([, metric]) => metric)].toSorted());
});
