import { EventEmitter } from "node:events";
import type { ReadStream } from "node:tty";
import { expect, test, vi } from "vitest";
import { readKeys } from "../../cli/dev/keys.ts";

// This process as the foreground of a terminal.
vi.mock("node:child_process", () => ({ execFileSync: () => " 7 7\n" }));

test("keys are pressed one by one, and Ctrl-C asks to stop without a signal, which Windows does not have", () => {
  const modes: boolean[] = [];
  const setRawMode = (mode: boolean) => void modes.push(mode);
  const input = Object.assign(new EventEmitter(), { isTTY: true, setRawMode, pause() {} }) as unknown as ReadStream;
  const pressed: string[] = [];
  const key = (name: string) => ({ does: name, press: () => void pressed.push(name) });
  const end = readKeys(input, { a: key("first"), b: key("second") }, () => void pressed.push("interrupt"));
  input.emit("data", Buffer.from("ba?\u0003"));
  end?.();
  input.emit("data", Buffer.from("a"));
  expect(pressed).toEqual(["second", "first", "interrupt"]);
  expect(modes).toEqual([true, false]);
});
