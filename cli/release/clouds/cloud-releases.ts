import type { Cloud } from "../../clouds.ts";
import type { CloudRelease } from "../cloud-release.ts";
import type { Infrastructure } from "../infrastructure.ts";
import type { Tools } from "../tool.ts";
import { awsRelease } from "./aws-release.ts";
import { azureRelease } from "./azure-release.ts";
import { gcpRelease } from "./gcp-release.ts";

type Open = (infrastructure: Infrastructure, tools: Tools, yes: boolean) => CloudRelease;

/** How each cloud releases. */
export const CLOUD_RELEASES: Readonly<Record<Cloud, Open>> = {
  aws: awsRelease,
  azure: (infrastructure, tools, yes) => azureRelease(infrastructure, tools, { yes }),
  gcp: gcpRelease,
};
