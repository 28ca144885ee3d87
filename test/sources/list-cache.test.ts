import { expect, test } from "vitest";
import { createListCache, type KeptList } from "../../src/sources/remote/list-cache.ts";

test("lists of callers who come once, however small, do not stay for ever", async () => {
  const lists = createListCache();
  let reads = 0;
  const read = async (): Promise<KeptList> => {
    reads++;
    return { items: [], freshMs: 600_000 };
  };
  const ask = (caller: number): Promise<KeptList> => lists.get(`modern tools/list ${caller}`, read, () => {});
  const callers = 20_000;
  for (let caller = 0; caller < callers; caller++) await ask(caller);
  await ask(callers - 1);
  expect(reads).toBe(callers);
  await ask(0);
  expect(reads).toBe(callers + 1);
});
