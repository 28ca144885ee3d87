import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDocComments } from "../../generate/doc-comments.ts";
import { REQUEST_RECORD } from "../../generate/observability-page.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const source = read(REQUEST_RECORD);
const FIELDS = new Set(readDocComments(source).keys());
const outcomes = /type RequestOutcome =([^;]*);/.exec(source)?.[1] ?? "";
const OUTCOMES = new Set([...outcomes.matchAll(/"(\w+)"/g)].map(([, word]) => word));

/** Where each cloud's alarms and pictures name a field of a line, and an outcome. */
const FORMS = {
  aws: { files: ["observability", "alarms", "dashboard", "pictures"], field: /\$\.(\w+)/g },
  azure: { files: ["observability", "alarms", "dashboard", "pictures"], field: /\bline\.(\w+)/g },
  gcp: { files: ["observability", "alarms", "dashboard", "pictures"], field: /jsonPayload\.(\w+)/g },
};

test.each(Object.entries(FORMS))(
  "alarms and pictures of templates/%s name fields and outcomes that lines have",
  (cloud, { files, field }) => {
    const text = files.map((file) => read(`templates/${cloud}/${file}.tf`)).join("\n");
    const fields = [...text.matchAll(field)].map(([, name]) => name ?? "");
    expect(fields).toEqual(expect.arrayContaining(["outcome"]));
    expect(fields.filter((name) => !FIELDS.has(name))).toEqual([]);
    const named = [...text.matchAll(/outcome(?: =|!=|==|!~| !?in)?\)?[^|}\n]*/g)].flatMap(([condition]) =>
      [...condition.matchAll(/\\"([a-z_|]+)\\"/g)].flatMap(([, words = ""]) => words.split("|")),
    );
    const unknown = named.filter((word) => !OUTCOMES.has(word) && !/^(request|tools|refusals?)$/.test(word));
    expect(named.length).toBeGreaterThan(0);
    expect(unknown).toEqual([]);
  },
);
