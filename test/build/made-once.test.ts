import { expect, test, vi } from "vitest";
import { madeOnce } from "../../cli/build/made-once.ts";

test("is made once for all who ask, and again after it failed", async () => {
  const madeOf = madeOnce<number>();
  const make = vi.fn(async () => 1);
  make.mockRejectedValueOnce(new Error("not there"));
  const [first, second] = [madeOf("a", make), madeOf("a", make)];
  await expect(first).rejects.toThrow("not there");
  await expect(second).rejects.toThrow("not there");
  expect(await Promise.all([madeOf("a", make), madeOf("a", make)])).toEqual([1, 1]);
  expect(make).toHaveBeenCalledTimes(2);
  await madeOf("b", make);
  expect(make).toHaveBeenCalledTimes(3);
});
