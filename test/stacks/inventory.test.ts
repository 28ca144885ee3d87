import { expect, test } from "vitest";
import { INGRESSES, synthesize } from "./synthesis.ts";

/*
 * What is in each stack, by logical id. A changed id is a resource that is deleted and made anew: sessions would be lost,
 * an address would change. So a change of these files is a change that its commit must explain.
 */

test.for(INGRESSES)("with %s, the stack creates the same resources as before", async (ingress) => {
  const { template } = synthesize({ ingress });
  const lines = Object.entries(template.Resources).map(([id, { Type, DeletionPolicy }]) =>
    [Type.replace(/^AWS::/, ""), masked(id), ...(DeletionPolicy ? [DeletionPolicy] : [])].join("  "),
  );
  await expect(`${lines.sort().join("\n")}\n`).toMatchFileSnapshot(`inventory/${ingress}.txt`);
});

/** Ids that are made of content: a version of the function, a deployment of the API, the copy of an artefact. */
const masked = (id: string): string => id.replace(/[\da-f]{32,}|(?<=CodeCopy)[\da-f]{8}/g, "***");
