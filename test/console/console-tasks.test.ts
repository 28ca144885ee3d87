import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createProject, ROOT } from "../cli/project.ts";
import { startCli } from "../cli/run-cli.ts";
import { findChromium, NO_CHROMIUM, startChromium } from "../support/chromium.ts";
import { connectOfficialClient } from "../tasks/official-client.ts";

const chromium = findChromium();
const WAIT = { timeout: 60_000 };

test("the report of examples/ shows its steps, its question and its attempts in the console", async ({ skip }) => {
  if (chromium === undefined) return skip(NO_CHROMIUM);
  const project = createProject();
  const entry = join(ROOT, "examples/report/server.ts");
  const cli = startCli(["dev", entry, "--target", "gcp", "--instances", "2", "--port", "0"], { cwd: project.folder });
  onTestFinished(async () => {
    cli.process.kill("SIGTERM");
    await cli.ended;
    project.remove();
  });
  const [printed, browser] = await Promise.all([cli.printed(/[\s\S]*^Serving/m), startChromium(chromium)]);
  onTestFinished(() => browser.close());
  const urlOf = (row: string): string => new RegExp(`^${row} +(http:\\S+)`, "m").exec(printed[0])?.[1] ?? "";
  const page = await browser.newPage();
  await page.goto(urlOf("console"));
  await page.getByRole("tab", { name: "Tasks" }).click();
  await page.getByText("No task yet.").waitFor();

  const official = await connectOfficialClient(urlOf("gcp"), { approve: true });
  onTestFinished(() => official.close());
  const execution = await official.session.callTool("write_report", { cities: ["Oslo", "Rome"] });
  expect((await execution.settle()).outcome.status).toBe("completed");

  const task = page.getByRole("article", { name: /of write_report/ });
  const moments = (): Promise<string[]> => task.locator(".moment").allInnerTexts();
  await expect.poll(moments, WAIT).toContain("completed");
  expect(await moments()).toEqual([
    "began",
    "attempt 1",
    "step “gather 0” is done",
    "step “gather 1” is done",
    "asks “approval”",
    "“approval” is answered",
    "attempt 2",
    "sleeps: “cool down”",
    "attempt 3",
    "step “write” is done",
    "completed",
  ]);
  expect(await task.getByText("3 attempts").count()).toBe(1);
  expect(await task.locator(".moments .instance").first().innerText()).toMatch(/^process \d+$/);
  const picture = task.getByRole("list", { name: "The task write_report over its attempts" });
  const lines = (await picture.getByRole("listitem").allInnerTexts()).map((text) =>
    text.replaceAll(/\s+/g, " ").trim(),
  );
  expect(lines.map((line) => line.replace(/ gcp process \d+$/, ""))).toEqual([
    "attempt 1",
    "waits for “approval”",
    "attempt 2",
    "sleeps: “cool down”",
    "attempt 3",
  ]);
  const gaps = async (): Promise<number[]> => {
    const ends = await picture.locator(".own, .question, .sleep").evaluateAll((bars) =>
      bars.map((bar) => {
        const { left, right } = bar.getBoundingClientRect();
        return { left, right };
      }),
    );
    return ends.slice(1).map(({ left }, index) => left - (ends[index]?.right ?? 0));
  };
  // Nothing overlaps: no instance works while the task waits.
  await expect.poll(gaps, WAIT).toSatisfy((all: number[]) => all.length === 4 && all.every((gap) => gap >= -2));
});
