import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** Ends a run with what was left out and why, and one plain line: how many tests passed and failed. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const leftOut: string[] = [];
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      // A file that fails before its first test has no test to count.
      if (module.errors().length > 0) counts.failed++;
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state]++;
        if (result.state === "skipped" && result.note) leftOut.push(`not run: ${test.fullName}: ${result.note}\n`);
      }
    }
    const skipped = counts.skipped + counts.pending;
    const left = skipped > 0 ? `, ${skipped} skipped` : "";
    // After the other reporters' own last words.
    setImmediate(() =>
      process.stdout.write(`${leftOut.join("")}${counts.passed} passed, ${counts.failed} failed${left}\n`),
    );
  }
}
