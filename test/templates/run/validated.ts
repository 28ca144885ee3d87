import type { Terraform } from "./terraform.ts";

interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly detail?: string;
  readonly address?: string;
  readonly range?: { readonly filename: string; readonly start: { readonly line: number } };
}

/** A line for each finding of `terraform validate`; none for a valid module. */
export async function validated(terraform: Terraform): Promise<string[]> {
  const { stdout, output } = await terraform("validate", "-json");
  try {
    return (JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics.map(toLine);
  } catch (cause) {
    throw new Error(`terraform validate did not answer in JSON:\n${output}`, { cause });
  }
}

/** One diagnostic as a line: place, what is wrong, and whose. */
export function toLine({ severity, summary, detail, address, range }: Diagnostic): string {
  const place = range ? `${range.filename}:${range.start.line}: ` : "";
  return `${place}${severity}: ${summary}${address ? ` (${address})` : ""}: ${(detail ?? "").replace(/\s+/g, " ")}`;
}
