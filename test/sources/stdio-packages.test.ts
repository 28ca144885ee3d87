import { expect, test } from "vitest";
import { packagesIn } from "../../cli/build/packages/stdio-packages.ts";
import { parseCommand } from "../../cli/command.ts";

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
