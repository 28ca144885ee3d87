import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** Ends a run with what was left out and why, and one plain line: how many tests passed, failed and were left out for want of what. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const leftOut = new Map<string, string[]>();
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      // A file that fails before its first test has no test to count.
      if (module.errors().length > 0) counts.failed++;
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state]++;
        if (result.state !== "skipped" || !result.note) continue;
        leftOut.set(result.note, [...(leftOut.get(result.note) ?? []), test.fullName]);
      }
    }
    const skipped = counts.skipped + counts.pending;
    const reasons = [...leftOut.keys()].map((note) => note.replace(/;.*/, "")).join("; ");
    const left = skipped > 0 ? `, ${skipped} skipped${reasons && ` (${reasons})`}` : "";
    const lines = [...leftOut].map(([note, [first, ...others]]) => {
      const more = others.length > 0 ? ` and ${others.length} more` : "";
      return `not run: ${first}${more}: ${note}\n`;
    });
    // After the other reporters' own last words.
    setImmediate(() =>
      process.stdout.write(`${lines.join("")}${counts.passed} passed, ${counts.failed} failed${left}\n`),
    );
  }
}
