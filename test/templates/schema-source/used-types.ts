import { globSync, readFileSync } from "node:fs";

/** The resource and data types of one provider that `.tf` files name. */
export interface UsedTypes {
  readonly resources: Set<string>;
  readonly dataSources: Set<string>;
}

const BLOCK = /^(resource|data) "(\w+)" "\w+" \{(\}$|\n.*?^\})/gms;
const REQUIRED = /^\s+source\s+= "[\w-]+\/([\w-]+)"/gm;

/**
 * The types that the `.tf` files below a folder use, by the provider's local name. They are read from text in the layout
 * of `terraform fmt`, so that a module that does not parse yet can still get its schemas.
 */
export function usedTypes(folder: string | URL): Map<string, UsedTypes> {
  const used = new Map<string, UsedTypes>();
  const ofProvider = (name: string): UsedTypes => {
    const types = used.get(name) ?? { resources: new Set<string>(), dataSources: new Set<string>() };
    used.set(name, types);
    return types;
  };
  for (const file of globSync("**/*.tf", { cwd: folder })) {
    const text = readFileSync(new URL(file, folder), "utf8");
    for (const [, name = ""] of text.matchAll(REQUIRED)) ofProvider(name);
    for (const [, mode, type = "", body = ""] of text.matchAll(BLOCK)) {
      // Terraform's own `terraform_data` comes with it.
      if (type.startsWith("terraform_")) continue;
      const provider = /^\s+provider\s*=\s*([\w-]+)/m.exec(body)?.[1] ?? type.replace(/_.*/, "");
      const { resources, dataSources } = ofProvider(provider);
      (mode === "data" ? dataSources : resources).add(type);
    }
  }
  return used;
}
