import { expect, test } from "vitest";
import { isRunning, startProgram } from "./programs.ts";

test("a program that ends before it is ready is told with what it printed", async () => {
  const { readyWhen, close } = startProgram("sh", ["-c", "echo no port is free >&2; exit 3"]);
  await expect(readyWhen(async () => false)).rejects.toThrow("sh ended with 3:\nno port is free");
  await close();
});

test("a program ends when it is closed, whatever it does", async () => {
  const { readyWhen, close, pid } = startProgram("sh", ["-c", "trap '' TERM INT HUP; while :; do sleep 0.1; done"]);
  await readyWhen(async () => true);
  expect(isRunning(pid)).toBe(true);
  await close();
  expect(isRunning(pid)).toBe(false);
});
