import { startStubProviders } from "../stub/reattached.ts";
import { findTerraform, NO_TERRAFORM, type Terraform, terraformIn } from "./terraform.ts";
import { copyTemplate } from "./working-copy.ts";

/** A copy of a module in which `terraform init` has run, beside stubs of all its providers. */
export interface InitializedTemplate {
  readonly folder: string;
  readonly terraform: Terraform;
  close(): void;
}

/**
 * Copies and initializes a module.
 *
 * @param module Its folder.
 * @param change Changes the copy before Terraform sees it.
 */
export async function initializeTemplate(
  module: string,
  change: (folder: string) => void = () => {},
): Promise<InitializedTemplate> {
  const program = findTerraform();
  if (!program) throw new Error(`The template cannot be run: ${NO_TERRAFORM}.`);
  const copy = copyTemplate(module);
  const providers = await startStubProviders();
  const close = (): void => {
    providers.close();
    copy.remove();
  };
  try {
    change(copy.folder);
    const terraform = terraformIn(program, copy.folder, copy.scratch, providers.variable);
    const { code, output } = await terraform("init", "-no-color", "-backend=false");
    if (code !== 0) throw new Error(`terraform init failed in a copy of ${module}:\n${output}`);
    return { folder: copy.folder, terraform, close };
  } catch (error) {
    close();
    throw error;
  }
}
