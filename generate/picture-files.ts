import { PICTURES, type Picture } from "./pictures.ts";

const NOTICE = "Written by `npm run generate` from generate/pictures.ts: change that, not this file.";

/** The pictures of each dashboard, by the path of the file that has them. */
export const pictureFiles = (): Readonly<Record<string, string>> => ({
  "stacks/operations/pictures.ts": forCdk(),
  "templates/aws/pictures.tf": forAws(),
  "templates/aws-ecs/pictures.tf": forAws(),
  "templates/azure/pictures.tf": forAzure(),
  "templates/azure-container-apps/pictures.tf": forAzure(),
  // Monitoring has no tables of a query in PromQL. Percentiles do not add up to a bar.
  "templates/gcp/pictures.tf": forModule(({ view, gcp }) => ({
    bars: view !== "lines" && !gcp.some((query) => query.startsWith("histogram_quantile")),
    queries: gcp,
  })),
});

const AWS_VIEWS = { bars: "bar", table: "table", lines: "timeSeries" } as const;
const AZURE_VIEWS = { bars: "barchart", table: "table", lines: "linechart" } as const;

function forCdk(): string {
  const pictures = PICTURES.map(({ title, view, aws }) => JSON.stringify({ title, view, lines: aws }));
  return `// ${NOTICE}
// biome-ignore-all format: no person edits this file

/** A question over the request log, in CloudWatch Logs Insights. */
export interface Picture {
  readonly title: string;
  readonly view: "bars" | "table" | "lines";
  readonly lines: readonly string[];
}

export const PICTURES: readonly Picture[] = [
${pictures.map((picture) => `  ${picture},`).join("\n")}
];
`;
}

const forAws = (): string => forModule(({ view, aws }) => ({ view: AWS_VIEWS[view], ask: aws.join(" | ") }));
const forAzure = (): string => forModule(({ view, azure }) => ({ view: AZURE_VIEWS[view], query: azure }));

/** The pictures as a local value. */
function forModule(toFields: (picture: Picture) => Readonly<Record<string, unknown>>): string {
  const pictures = PICTURES.map((picture) => {
    // A list and a string of JSON are HCL, too, and templates in them are meant as such.
    const parts = Object.entries({ title: picture.title, ...toFields(picture) }).map(
      ([name, value]) => `${name} = ${inHcl(value)}`,
    );
    return `    { ${parts.join(", ")} },`;
  });
  return `# ${NOTICE}
locals {
  pictures = [
${pictures.join("\n")}
  ]
}
`;
}

const inHcl = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map((one) => JSON.stringify(one)).join(", ")}]` : JSON.stringify(value);
