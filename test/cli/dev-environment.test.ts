import { afterEach, expect, test } from "vitest";
import { createDevRuns } from "./dev-runs.ts";
import { greeter } from "./project.ts";
import { runCli } from "./run-cli.ts";

const { project, start, end } = createDevRuns();
afterEach(end);

/** A server whose greeting is the values of these variables. */
const tells = (...names: readonly string[]): string =>
  greeter(names.map((name) => `\${process.env.${name}}`).join(" "));

const CALL = ["--target", "gcp", "--call", 'greet={"name":"Ada"}'];
const answered = (text: string): RegExp => new RegExp(`^gcp +tools/call greet answered: ${text}, Ada!$`, "m");

test("the server gets the variables of .env; the shell's values and --env come before them", async () => {
  const { folder } = project({
    "server.ts": tells("ONE", "TWO", "THREE"),
    ".env": "ONE=file\nTWO=file # a comment\nTHREE='from the file'\n",
  });
  const environment = { TWO: "shell", THREE: "shell" };
  const cli = start([...CALL, "--env", "THREE=flag"], { cwd: folder, environment });
  await cli.printed(answered("file shell flag"));
});

test("--env-file is read instead of .env, the last one counts", async () => {
  const { folder } = project({
    "server.ts": tells("ONE", "TWO", "THREE"),
    ".env": "ONE=usual\n",
    "first.env": "TWO=first\nTHREE=first\n",
    "second.env": "THREE=second\n",
  });
  const cli = start([...CALL, "--env-file", "first.env", "--env-file", "second.env"], { cwd: folder });
  await cli.printed(answered("undefined first second"));
});

test("a file that is not there ends it with one sentence", async () => {
  const { folder } = project({ "server.ts": greeter("Hello") });
  const { code, stdout, stderr } = await runCli(["dev", "--env-file", "gone.env"], { cwd: folder });
  expect({ code: code === 0, stdout }).toEqual({ code: false, stdout: "" });
  // Node.js 24 reads the flag itself, wherever it stands, and refuses it before the program begins.
  expect(stderr).toMatch(/^(There is no file gone\.env of variables: .*|.*node: gone\.env: not found)\n$/);
});

test("it names a variable that the shell has and the server lacks, and no other", async () => {
  const { folder } = project({
    "server.ts": `import { region } from "./region.ts";\n${tells("DATABASE_URL", "ABSENT", "MCP_TOKEN", "GIVEN", "HOME")}\nregion();`,
    "region.ts":
      'export const region = () => process.env["REGION_CODE"];\nconst { TENANT = "", ABSENT_TOO: no } = process.env;',
  });
  const environment = {
    DATABASE_URL: "db",
    MCP_TOKEN: "token",
    GIVEN: "given",
    REGION_CODE: "eu",
    TENANT: "shop",
    UNREAD: "unread",
  };
  const cli = start(["--target", "gcp", "--env", "GIVEN"], { cwd: folder, environment });
  const [output] = await cli.printed(/^.*Ctrl-C stops/s);
  expect(output.match(/^.* reads .*$/gm)).toEqual([
    "region.ts reads REGION_CODE, which this shell has and the server does not: write it into .env, or give --env REGION_CODE.",
    "region.ts reads TENANT, which this shell has and the server does not: write it into .env, or give --env TENANT.",
    "server.ts reads DATABASE_URL, which this shell has and the server does not: write it into .env, or give --env DATABASE_URL.",
  ]);
});
