import { expect, test } from "vitest";
import { packagesIn } from "../../cli/build/packages/stdio-packages.ts";
import { parseCommand } from "../../cli/command.ts";
import { stdioModule } from "../../cli/stdio-entry.ts";

test.each([
  ['stdio("npx", ["@modelcontextprotocol/server-filesystem", "/data"])', ["@modelcontextprotocol/server-filesystem"]],
  ['stdio("npx", ["-y", "server-one@1.2.3"])', ["server-one"]],
  ['stdio(\n  "npx",\n  [\n    "--yes",\n    "@a/b@^2",\n  ],\n)', ["@a/b"]],
  ['stdio("@a/b"), x: stdio("c", ["d"])', ["@a/b", "c"]],
  ["stdio('npx', ['a'], { env: {} })", ["a"]],
  ['stdio("node", ["./server.js"])', []],
  ['stdio("npx", ["https://example.com/a.tgz"])', []],
  ["stdio(command, args)", []],
])("the packages of %s", (source, packages) => {
  expect(packagesIn(source)).toEqual(packages);
});

test("--stdio takes the place of an entry", () => {
  expect(parseCommand(["build", "--stdio", "server-one /data"])).toMatchObject({ stdio: "server-one /data" });
  expect(() => parseCommand(["dev", "server.ts", "--stdio", "server-one"])).toThrow("takes the place of an entry");
});

test.each([
  ["server-one /data", 'stdio("server-one", ["/data"])', ["server-one"]],
  ["npx -y @a/b@1.2.3 '/my data' --x=\"y z\"", 'stdio("npx", ["-y","@a/b@1.2.3","/my data","--x=y z"])', ["@a/b"]],
  [
    "A={folder}/a.json B='c d' server-one",
    'stdio("server-one", [], { env: {"A":"{folder}/a.json","B":"c d"} })',
    ["server-one"],
  ],
])("the module of --stdio %j", (command, call, packages) => {
  expect(stdioModule(command)).toContain(`export default ${call};`);
  expect(packagesIn(stdioModule(command))).toEqual(packages);
});

test.each(["", "A=b", "--port 1"])("--stdio %j names no package", (command) => {
  expect(() => stdioModule(command)).toThrow("give a package and its arguments");
});
