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
  const queries = PICTURES.flatMap(({ gcp = [] }) => gcp).filter((query) => query.includes("local.duration"));
  const asked = queries.flatMap((query) => [
    ...(/by \(([\w, ]+)\)/.exec(query)?.[1]?.split(", ") ?? []),
    ...[...query.matchAll(/,(\w+)(?:=~|!=|=)"/g)].map(([, label]) => label),
  ]);
  expect(asked.filter((label) => label !== "le" && !labels.includes(label))).toEqual([]);
  expect(new Set(asked)).toEqual(new Set(["method", "tool", "outcome", "era", "le"]));
});

test("only pictures of tasks and of the store are missing on Google Cloud, whose metrics have none of their fields", () => {
  expect(PICTURES.filter(({ gcp }) => !gcp).map(({ title }) => title)).toEqual([
    "Tasks by status: jobs, longest age and longest delay in milliseconds",
    "Operations of the store",
  ]);
});
