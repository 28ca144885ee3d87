import { expect, test } from "vitest";
import { toShell } from "../../cli/release/tool.ts";

test.each([
  [{ program: "az", args: ["account", "show", "--output=json"] }, "az account show --output=json"],
  [{ program: "func", args: ["a b", "it's", ""] }, "func 'a b' 'it'\\''s' ''"],
  [{ program: "func", args: ["publish"], folder: "/home/ada/my server" }, "(cd '/home/ada/my server' && func publish)"],
])("a command is shown as a shell takes it: %j", (command, line) => {
  expect(toShell(command)).toBe(line);
});
