import { afterAll, afterEach, expect, test } from "vitest";
import { readProject } from "../../cli/build/project/project.ts";
import { createProject, greeter } from "../cli/project.ts";

const project = createProject();
afterEach(() => void Reflect.deleteProperty(process.versions, "pnp"));
afterAll(() => project.remove());

test("a project whose packages Yarn keeps in zip files is told how to have them in folders", () => {
  const entry = project.write("server.ts", greeter("Hello"));
  expect(readProject(entry).folder).toBe(project.folder);
  // As Yarn's loader says that it is there.
  Object.defineProperty(process.versions, "pnp", { value: "3", configurable: true });
  expect(() => readProject(entry)).toThrow(
    "Packages cannot be read from the zip files of Yarn's Plug'n'Play: write nodeLinker: node-modules into .yarnrc.yml and run yarn install.",
  );
});
