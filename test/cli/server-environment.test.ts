import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { givenVariables } from "../../cli/server-environment.ts";

const folder = mkdtempSync(join(tmpdir(), "variables-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(content: string | Buffer): Record<string, string> {
  const file = join(folder, "variables");
  writeFileSync(file, content);
  return givenVariables({ env: undefined, envFile: [file] });
}

describe("a file of variables", () => {
  test.each<[form: string, content: string | Buffer, variables: Record<string, string>]>([
    ["nothing", "", {}],
    ["comments alone", "# A_1=x\n\n", {}],
    ["quotes", `A_1='x # y'\nA_2="x\\ny"\nA_3=\`it's "so"\`\n`, { A_1: "x # y", A_2: "x\ny", A_3: `it's "so"` }],
    ["several lines", 'A_1="one\ntwo"\nA_2=x', { A_1: "one\ntwo", A_2: "x" }],
    ["export, spaces and a comment", "export A_1 = x # why\n  A_2=y", { A_1: "x", A_2: "y" }],
    ["lines of Windows", "\uFEFFA_1=x\r\nA_2='y'\r\n", { A_1: "x", A_2: "y" }],
    ["what PowerShell writes", Buffer.from("\uFEFFA_1=größe\r\n", "utf16le"), { A_1: "größe" }],
    [
      "variables without a value",
      "A_1=\nA_2= \nA_3=''\r\nA_4=\t\r\nA_5=x",
      { A_1: "", A_2: "", A_3: "", A_4: "", A_5: "x" },
    ],
    ["no reference to another one", `A_1=x\nA_2=\${A_1}`, { A_1: "x", A_2: `\${A_1}` }],
  ])("may have %s", (_form, content, variables) => {
    expect(read(content)).toEqual(variables);
  });

  test("that no process could be given is refused, and not repeated", () => {
    const wrong = (): unknown => read("A_1=hush\0");
    expect(wrong).toThrow(/has a character in it that ends a variable \(NUL\): save it as UTF-8/);
    expect(wrong).not.toThrow("hush");
  });

  test("that is a folder is refused", () => {
    const open = (): unknown => givenVariables({ env: undefined, envFile: [folder] });
    expect(open).toThrow(/is no file that can be read \(EISDIR\): give a file of variables with --env-file/);
  });
});

test.each(["API KEY=hush", "authorization: hush", "=hush"])("--env %j is refused, and not repeated", (setting) => {
  const give = (): unknown => givenVariables({ env: [setting], envFile: [] });
  expect(give).toThrow("An --env is not of the form NAME or NAME=value");
  expect(give).not.toThrow("hush");
});
