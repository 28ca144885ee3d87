import { expect, test } from "vitest";
import { initializeTemplate } from "./run/initialized-template.ts";
import { findTerraform, NO_TERRAFORM } from "./run/terraform.ts";
import { tested, testFiles, writtenRuns } from "./run/tested.ts";
import { MODULES, templateFolder } from "./run/working-copy.ts";

/** Every run is a plan or an apply of the whole module. */
const SLOW = { timeout: 300_000 };

test.for(MODULES)("templates/%s passes its own tests, every run of them", SLOW, async (module, { skip }) => {
  if (!findTerraform()) return skip(NO_TERRAFORM);
  const folder = templateFolder(module);
  const template = await initializeTemplate(folder);
  try {
    const { runs, problems } = await tested(template.terraform);
    expect(problems).toEqual([]);
    const written = testFiles(folder).flatMap((file) => writtenRuns(folder, file));
    expect(runs.toSorted()).toEqual(written.toSorted());
  } finally {
    template.close();
  }
});
