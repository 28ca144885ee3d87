import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { findChromium, NO_CHROMIUM, startChromium } from "../support/chromium.ts";
import { type ConsoleRun, call, FAILING_LINE, startConsoleRun } from "./console-runs.ts";

const chromium = findChromium();
// A slow machine is no failure; each wait is for a condition.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });
const WAIT = { timeout: 60_000 };

if (chromium === undefined) {
  test("the console, in a browser", ({ skip }) => skip(NO_CHROMIUM));
} else {
  describe("the console", () => {
    let run: ConsoleRun;
    let browser: Browser;
    let page: Page;
    const faults: string[] = [];

    beforeAll(async () => {
      [run, browser] = await Promise.all([startConsoleRun(["--instances", "2"]), startChromium(chromium)]);
    });
    afterAll(async () => {
      await Promise.all([run?.end(), browser?.close()]);
    });
    beforeEach(async () => {
      await page?.close();
      faults.length = 0;
      page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      page.setDefaultTimeout(WAIT.timeout);
      page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("request", (request) => request.url().startsWith(run.consoleUrl) || faults.push(request.url()));
      await page.goto(run.consoleUrl);
      await page.getByText("Connected").waitFor();
      return () => expect(faults).toEqual([]);
    });

    const rows = (cloud: string, name: string) =>
      page
        .getByRole("row")
        .filter({ hasText: cloud })
        .filter({ has: page.getByRole("button", { name, exact: true }) });
    const details = () => page.getByRole("complementary", { name: "Details of the request" });

    test.each(["aws", "azure", "gcp"])(
      "a call through %s appears with its ingress, instance and outcome",
      async (cloud) => {
        for (const _ of [1, 2]) {
          const pid = await call(run.urlOf(cloud), "whoami");
          const row = rows(cloud, "tools/call whoami").filter({
            has: page.getByRole("cell", { name: pid, exact: true }),
          });
          await expect.poll(() => row.first().innerText(), WAIT).toMatch(/\bok\s+\d+\s+0\s+0$/);
        }
        const others = ["aws", "azure", "gcp"].filter((other) => other !== cloud);
        const pid = await call(run.urlOf(cloud), "whoami");
        for (const other of others)
          expect(await rows(other, "tools/call whoami").filter({ hasText: pid }).count()).toBe(0);
      },
    );

    test("an error shows its stack, which names the user's line", async () => {
      await call(run.urlOf("gcp"), "fail");
      const row = rows("gcp", "tools/call fail").first();
      await expect.poll(() => row.innerText(), WAIT).toContain("tool_error");
      await row.getByRole("button").click();
      const text = await details().innerText();
      expect(text).toContain("RangeError: out of ink");
      expect(text).toMatch(new RegExp(`at fail \\(.*server\\.ts:${FAILING_LINE}:9\\)`));
      expect(text).not.toContain("node_modules");
    });

    test("a request that was refused is shown with its status, also where only failures are", async () => {
      const headers = { origin: "https://elsewhere.example", "content-type": "application/json" };
      const { status } = await fetch(run.urlOf("gcp"), { method: "POST", headers, body: "{}" });
      expect(status).toBe(403);
      await page.getByLabel("Failures only").check();
      const row = page.getByRole("row").filter({ hasText: "refused 403" });
      await expect.poll(() => row.filter({ hasText: "gcp" }).first().isVisible(), WAIT).toBe(true);
    });

    test.each([
      ["aws", "auto"],
      ["azure", "legacy"],
      ["gcp", "legacy"],
    ] as const)("the events of a stream through %s (%s) lie on their time line as they come", async (cloud, mode) => {
      const answer = call(run.urlOf(cloud), "wait", mode);
      const row = rows(cloud, "tools/call wait").first();
      await expect.poll(() => row.innerText(), WAIT).toContain("streaming");
      await row.getByRole("button").click();
      const kinds = (): Promise<string[]> => details().locator(".events .kind").allInnerTexts();
      const isNotification = (kind: string): boolean => kind === "notifications/progress";
      await expect.poll(async () => (await kinds()).filter(isNotification).length, WAIT).toBe(1);
      run.release();
      expect(await answer).toBe("<b>waited</b>");
      run.release();
      await expect.poll(async () => (await kinds()).at(-1), WAIT).toBe("result");
      expect((await kinds()).filter(isNotification)).toHaveLength(2);
      const marks = (): Promise<number[]> =>
        details()
          .locator(".timeline i")
          .evaluateAll((elements) => elements.map((element) => element.getBoundingClientRect().x));
      // The end of the request draws the details anew, and what is drawn no longer has no place.
      await expect
        .poll(async () => {
          const places = await marks();
          return (places.at(-1) ?? 0) > (places[0] ?? 0);
        }, WAIT)
        .toBe(true);
      const places = await marks();
      expect(places).toHaveLength((await kinds()).length);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    });

    test("a call and its client's reply lie on one line of time, with the operations of the store", async () => {
      expect(await call(run.urlOf("aws"), "ask", "legacy")).toBe("decline");
      await rows("aws", "tools/call ask").first().getByRole("button").click();
      const bars = details().getByRole("list", { name: "The request over the instances" });
      const instances = async (): Promise<string[]> => (await bars.getByRole("listitem").allInnerTexts()).map(oneLine);
      const reply = bars.getByRole("listitem").filter({ hasText: "POST /mcp" });
      await expect.poll(() => reply.count(), WAIT).toBe(1);
      expect((await instances())[0]).toMatch(/^tools\/call ask aws process \d+$/);
      expect(oneLine(await reply.innerText())).toMatch(/^POST \/mcp aws process \d+$/);
      const placeOf = (bar: Locator): Promise<DOMRect> => bar.evaluate((element) => element.getBoundingClientRect());
      const isWithin = async (): Promise<boolean> => {
        const [whole, part] = [await placeOf(bars.locator(".own")), await placeOf(reply.locator(".related"))];
        return part.x > whole.x && part.width > 0 && part.width < whole.width;
      };
      await expect.poll(isWithin, WAIT).toBe(true);
      const titles = (): Promise<(string | null)[]> =>
        bars.locator(".read, .write").evaluateAll((all) => all.map((bar) => bar.getAttribute("title")));
      await expect.poll(titles, WAIT).toContainEqual(expect.stringMatching(/^read of session, \+\d+ ms, [\d.]+ ms$/));
      await expect.poll(titles, WAIT).toContainEqual(expect.stringMatching(/^write of mailbox, /));
    });

    test("the form calls a tool through the chosen ingress, and shows what it answers as text", async () => {
      await page.getByRole("tab", { name: "Tools" }).click();
      await page.getByRole("tabpanel").getByLabel("Ingress").selectOption("azure");
      await page.getByRole("button", { name: "echo" }).click();
      await page.getByLabel(/^name/).fill("<img src=x onerror=alert(1)>");
      await page.getByLabel(/^count/).fill("3");
      await page.getByLabel(/^color/).selectOption({ label: "green" });
      await page.getByLabel(/^loud/).check();
      await page.getByLabel(/^tags/).fill('["a"]');
      await page.getByRole("button", { name: "Call the tool" }).click();
      await page.getByText("from azure").waitFor();
      const [answer = ""] = await page.locator(".result pre").allInnerTexts();
      expect(JSON.parse(answer)).toEqual({
        name: "<img src=x onerror=alert(1)>",
        count: 3,
        color: "green",
        loud: true,
        plain: false,
        tags: ["a"],
      });
      await page.getByLabel(/^tags/).fill("[");
      await page.getByRole("button", { name: "Call the tool" }).click();
      await page.getByText(/tags is not JSON/).waitFor();
      await page.getByRole("tab", { name: "Requests" }).click();
      await expect.poll(() => rows("azure", "tools/call echo").count(), WAIT).toBe(1);
    });

    test("a session that lives is shown with its client, and the server's lines are in the log", async () => {
      await call(run.urlOf("aws"), "say", "legacy");
      await page.getByRole("tab", { name: "Sessions and state" }).click();
      await page.getByRole("cell", { name: "a-client 7" }).first().waitFor();
      await page.getByRole("row", { name: /^Sessions \d+$/ }).waitFor();
      await page.getByRole("tab", { name: "Log" }).click();
      await page
        .getByRole("listitem")
        .filter({ hasText: "a line of the server" })
        .filter({ hasText: "aws" })
        .first()
        .waitFor();
    });

    test("every configuration of a client names the chosen ingress, and can be copied", async () => {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.getByRole("tab", { name: "Connect a client" }).click();
      await page.getByRole("tabpanel").getByLabel("Ingress").selectOption("gcp");
      const texts = await page.locator("#clients pre").allInnerTexts();
      expect(texts).toHaveLength(4);
      for (const text of texts) expect(text).toContain(run.urlOf("gcp"));
      await page.getByRole("button", { name: "Copy the configuration of VS Code" }).click();
      await page.getByText("Copied").waitFor();
      const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
      expect(Object.values(copied.servers)).toEqual([{ type: "http", url: run.urlOf("gcp") }]);
      await page.context().clearPermissions();
    });

    test("works by the keyboard alone", async () => {
      await call(run.urlOf("gcp"), "whoami");
      await call(run.urlOf("gcp"), "fail");
      await rows("gcp", "tools/call fail").first().waitFor();
      const focused = () => page.evaluate(() => document.activeElement?.textContent);
      await page.keyboard.press("Tab");
      expect(await focused()).toBe("Requests");
      for (const name of ["Tasks", "Tools", "Sessions and state", "Log", "Connect a client", "Requests"]) {
        await page.keyboard.press("ArrowRight");
        expect(await focused()).toBe(name);
        expect(await page.getByRole("tab", { selected: true }).innerText()).toBe(name);
      }
      while ((await focused()) !== "tools/call fail") await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await details().getByText("RangeError: out of ink").waitFor();
      await page.keyboard.press("Escape");
      await expect.poll(() => details().isHidden(), WAIT).toBe(true);
      expect(await focused()).toBe("tools/call fail");
      await page.keyboard.press("ArrowDown");
      expect(await focused()).not.toBe("tools/call fail");
      await page.keyboard.press("ArrowUp");
      expect(await focused()).toBe("tools/call fail");
    });

    test("every control has a name, in each view", async () => {
      for (const tab of await page.getByRole("tab").all()) {
        await tab.click();
        if ((await tab.innerText()) === "Tools") await page.getByRole("button", { name: "Call the tool" }).waitFor();
        const nameless = await page.locator("button, input, select, textarea").evaluateAll((elements) =>
          elements
            .filter((element) => element.checkVisibility())
            .filter((element) => {
              const { labels } = element as HTMLInputElement;
              return !(element.ariaLabel || labels?.[0]?.textContent?.trim() || element.textContent?.trim());
            })
            .map((element) => element.outerHTML),
        );
        expect(nameless).toEqual([]);
      }
    });

    test.each(["light", "dark"] as const)("is readable in a %s and in a small window", async (colorScheme) => {
      await call(run.urlOf("gcp"), "fail");
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 400, height: 700 });
      await rows("gcp", "tools/call fail").first().getByRole("button").click();
      await details().getByText("RangeError").waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
      const isDark = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      expect(luminance(isDark) < 0.5).toBe(colorScheme === "dark");
      const texts = await page
        .locator("td, .badge, h1, h2, dt, dd, .stack, [role=tab], label, th")
        .evaluateAll((elements) =>
          elements
            .filter((element) => element.checkVisibility() && element.textContent?.trim())
            .map((element) => {
              let behind: Element | null = element;
              while (behind && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)")
                behind = behind.parentElement;
              return {
                text: element.textContent,
                color: getComputedStyle(element).color,
                back: getComputedStyle(behind ?? document.documentElement).backgroundColor,
              };
            }),
        );
      expect(texts.length).toBeGreaterThan(20);
      // WCAG 2.2, 1.4.3.
      expect(texts.filter(({ color, back }) => contrast(color, back) < 4.5)).toEqual([]);
    });
  });
}

/** Relative luminance of a computed colour (WCAG 2.2). */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
    const value = Number(part) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(color: string, back: string): number {
  const [dark = 0, light = 0] = [luminance(color), luminance(back)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
