import { createHash } from "node:crypto";
import type { TemplateResource } from "../templates/run/apply-template.ts";

/** The values of a resource, as `terraform show -json` has them. Their readers know the provider's schema. */
// biome-ignore lint/suspicious/noExplicitAny: a schema for each resource would only repeat what the checks of templates/ hold.
export type Values = Readonly<Record<string, any>>;

/** The only resource of a type of which something holds. Throws where there is none, or another. */
export function only(
  resources: readonly TemplateResource[],
  type: string,
  holds: (values: Values) => boolean = () => true,
): Values {
  const found = resources.filter((resource) => resource.type === type && holds(resource.values as Values));
  const [first] = found;
  if (!first || found.length > 1) throw new Error(`The template makes ${found.length} ${type} that would do, not one.`);
  return first.values as Values;
}

/** A text with a key for each that a stub of a provider stands for: `1:stub-0123456789ab` is a key ring then. */
export const withKeys = (text: string): string =>
  text.replaceAll(/stub-[\da-f]{12}/g, (stub) => createHash("sha256").update(stub).digest("base64"));
