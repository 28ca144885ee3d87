/** Files that a module has in common with another one of its cloud, where they are written. */
const SHARED = [
  {
    module: "templates/aws-ecs",
    source: "templates/aws",
    files: ["alarms", "dashboard", "key-ring", "observability", "outputs", "sessions", "variables"],
  },
  {
    module: "templates/azure-container-apps",
    source: "templates/azure",
    files: ["alarms", "aws-role", "dashboard", "key-ring", "main", "redis", "sessions", "variables"],
  },
];

/** The copies of these files, by path. `read` reads a file of the repository. */
export const sharedTemplateFiles = (read: (path: string) => string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    SHARED.flatMap(({ module, source, files }) =>
      files.map((name) => [
        `${module}/${name}.tf`,
        `${notice(`${source}/${name}.tf`)}\n\n${read(`${source}/${name}.tf`)}`,
      ]),
    ),
  );

const notice = (path: string): string => `# Written by \`npm run generate\` from ${path}: change that, not this file.`;
