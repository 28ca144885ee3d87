import type { BlockSchema, NestedBlockSchema } from "../schemas/slice.ts";
import { closest } from "./closest.ts";
import { type Body, bodies, record } from "./parsed-module.ts";
import { valueFindings } from "./value-findings.ts";

/** Arguments that Terraform itself accepts in every resource, data source and provider. */
const META_ARGUMENTS = new Set([
  "count",
  "for_each",
  "provider",
  "depends_on",
  "lifecycle",
  "provisioner",
  "connection",
  "alias",
  "version",
]);

/** Checks the arguments and nested blocks of one body. Returns a sentence for each fault. */
export function argumentFindings(schema: BlockSchema, body: Body, place: string, nested = false): string[] {
  const findings: string[] = [];
  const { dynamic, ...written } = body;
  const names = [...Object.keys(schema.attributes), ...Object.keys(schema.blocks)];
  for (const [name, value] of Object.entries(written)) {
    if (!nested && META_ARGUMENTS.has(name)) continue;
    const attribute = schema.attributes[name];
    const block = schema.blocks[name];
    if (block) findings.push(...blockFindings(block, value, `${place}.${name}`));
    else if (!attribute) findings.push(`${place}: "${name}" is no argument of it${closest(name, names)}.`);
    else if (!attribute.optional && !attribute.required) findings.push(`${place}: "${name}" is read-only.`);
    else findings.push(...valueFindings(attribute, value, `${place}.${name}`));
  }
  for (const [name, repeated] of Object.entries(record(dynamic))) {
    const block = schema.blocks[name];
    if (!block) findings.push(`${place}: "${name}" is no block of it${closest(name, Object.keys(schema.blocks))}.`);
    else
      for (const { content } of bodies(repeated)) findings.push(...blockFindings(block, content, `${place}.${name}`));
  }
  return [...findings, ...missing(schema, written, record(dynamic), place)];
}

function blockFindings({ block, max }: NestedBlockSchema, value: unknown, place: string): string[] {
  if (!Array.isArray(value)) return [`${place} is a block, but is written as an argument.`];
  const many =
    max > 0 && value.length > max ? [`${place} is allowed ${max} time, but is there ${value.length} times.`] : [];
  return [...many, ...bodies(value).flatMap((body) => argumentFindings(block, body, place, true))];
}

function missing(schema: BlockSchema, body: Body, dynamic: Body, place: string): string[] {
  const isAbsent = (name: string): boolean => body[name] === undefined || body[name] === null;
  const attributes = Object.entries(schema.attributes).filter(([name, { required }]) => required && isAbsent(name));
  const blocks = Object.entries(schema.blocks).filter(([name, { min }]) => min > 0 && isAbsent(name) && !dynamic[name]);
  return [
    ...attributes.map(([name]) => `${place}: the required argument "${name}" is missing.`),
    ...blocks.map(([name]) => `${place}: the required block "${name}" is missing.`),
  ];
}
