import type { HclType } from "../schemas/slice.ts";
import type { GeneratedClass } from "./generated-class.ts";

/** The flags that the generator left in comments, where it did. */
export function attributeFlags(classBody: string): Map<string, { computed: boolean }> {
  const comments = classBody.matchAll(/\/\/ (\w+) - computed: (true|false), optional: (?:true|false)/g);
  return new Map([...comments].map(([, name = "", computed]) => [name, { computed: computed === "true" }]));
}

const GETTERS: Readonly<Record<string, HclType>> = {
  getStringAttribute: "string",
  getNumberAttribute: "number",
  getBooleanAttribute: "bool",
  getListAttribute: ["list", "string"],
  getNumberListAttribute: ["list", "number"],
  getStringMapAttribute: ["map", "string"],
};
const MEMBERS: Readonly<Record<string, HclType>> = {
  StringMap: ["map", "string"],
  NumberMap: ["map", "number"],
  BooleanMap: ["map", "bool"],
  AnyMap: ["map", "dynamic"],
  StringMapList: ["list", ["map", "string"]],
};

const GETTER = /get \w+\(\) \{\s*return (cdkt[fn]\.Fn\.tolist\()?this\.(get\w+)\(['"](\w+)['"]\)/g;
const MEMBER = /(?:this\.)?_\w+ = new (?:cdkt[fn]\.)?(\w+)\(this, "(\w+)"(?:, (true|false))?\)/g;

/** All attributes that a generated class can be asked for, those that are written in HCL among them. */
export function readOnlyAttributes(classBody: string, classes: readonly GeneratedClass[]): Map<string, HclType> {
  const attributes = new Map<string, HclType>();
  for (const [, asList, getter = "", name = ""] of classBody.matchAll(GETTER)) {
    const type = GETTERS[getter];
    if (type) attributes.set(name, asList ? ["set", Array.isArray(type) ? (type[1] as HclType) : type] : type);
  }
  for (const [, member = "", name = "", ofSet] of classBody.matchAll(MEMBER)) {
    attributes.set(name, MEMBERS[member] ?? [ofSet === "true" ? "set" : "list", objectType(member, classes)]);
  }
  return attributes;
}

function objectType(member: string, classes: readonly GeneratedClass[]): HclType {
  const name = member.replace(/List$/, "OutputReference");
  const found = classes.find((one) => one.name === name);
  return found ? ["object", Object.fromEntries(readOnlyAttributes(found.body, classes))] : "dynamic";
}
