import { afterEach, expect, test, vi } from "vitest";
import { serverName } from "../../cli/dev/client-configurations.ts";

afterEach(() => vi.restoreAllMocks());

test.each([
  ["/home/ada/notes", "notes"],
  ["/home/ada/my notes (2)", "my-notes-2"],
  ["/home/ada/--notes", "notes"],
  ["/home/ada/メモ", "server"],
])("the server of %s is called %s", (folder, name) => {
  vi.spyOn(process, "cwd").mockReturnValue(folder);
  expect(serverName()).toBe(name);
});
