import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The npm packages that hold what CDK for Terraform generated from each provider's schema: the newest there are.
 * The packages of `@cdktf` are no longer published, so the schemas of Google and of Entra stay behind the providers of today.
 */
export const PROVIDER_PACKAGES: Readonly<Record<string, string>> = {
  aws: "@cdktn/provider-aws@25.7.0",
  azuread: "@cdktf/provider-azuread@14.3.1",
  azurerm: "@cdktn/provider-azurerm@16.1.0",
  google: "@cdktf/provider-google@16.12.1",
  "google-beta": "@cdktf/provider-google-beta@16.12.1",
  random: "@cdktn/provider-random@15.0.1",
};

/**
 * Providers of whose schema there is no package; their slices are written by hand, from the documentation.
 * azapi: https://github.com/Azure/terraform-provider-azapi/tree/v2.12.0/docs/resources
 */
export const WRITTEN_BY_HAND: readonly string[] = ["azapi"];

interface PackageManifest {
  readonly cdktf: { readonly provider: { readonly name: string; readonly version: string } };
}

/** A downloaded package, of which only the folders that are needed are unpacked: whole, one takes up to 480 MB. */
export interface OpenPackage {
  readonly manifest: PackageManifest;
  /** Unpacks those of these folders that there are, all at once, because the archive is read through each time. */
  unpack(folders: readonly string[]): void;
  /** All text below an unpacked folder, of files with this ending; undefined where there is none. */
  text(folder: string, ending: ".js" | ".d.ts"): string | undefined;
}

/** Downloads one package into a folder, unless it lies there, and opens it. */
export function openPackage(specifier: string, downloads: string): OpenPackage {
  const stem = specifier.replace("@", "").replace("/", "-").replace("@", "-");
  const archive = join(downloads, `${stem}.tgz`);
  if (!existsSync(archive)) {
    execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", downloads, specifier]);
  }
  const folder = join(downloads, stem);
  mkdirSync(folder, { recursive: true });
  const tar = (...args: string[]): string =>
    execFileSync("tar", ["-C", folder, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  const members = tar("-tzf", archive).split("\n");
  tar("-xzf", archive, "package/package.json");
  return {
    manifest: JSON.parse(readFileSync(join(folder, "package/package.json"), "utf8")),
    unpack(folders) {
      const within = folders.map((one) => `package/${one}/`);
      const wanted = members.filter(
        (name) =>
          /\.(js|d\.ts)$/.test(name) && within.some((one) => name.startsWith(one)) && !existsSync(join(folder, name)),
      );
      if (wanted.length > 0) tar("-xzf", archive, ...wanted);
    },
    text(subject, ending) {
      const files = globSync(`package/${subject}/**/*${ending}`, { cwd: folder }).sort();
      return files.length > 0 ? files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n") : undefined;
    },
  };
}
