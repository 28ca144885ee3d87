import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1";
import { Service as KnativeService } from "@kubernetes-models/knative/serving.knative.dev/v1";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Service } from "kubernetes-models/v1/Service";
import { ServiceAccount } from "kubernetes-models/v1/ServiceAccount";
import { afterAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { ROOT } from "../cli/project.ts";

// biome-ignore lint/suspicious/noExplicitAny: manifests are looked into by path.
type Manifest = any;

/** The classes that check a manifest against the schema of its kind. */
const MODELS: Readonly<Record<string, new (manifest: never) => { validate(): void }>> = {
  "apps/v1 Deployment": Deployment,
  "autoscaling/v2 HorizontalPodAutoscaler": HorizontalPodAutoscaler,
  "networking.k8s.io/v1 NetworkPolicy": NetworkPolicy,
  "policy/v1 PodDisruptionBudget": PodDisruptionBudget,
  "v1 ConfigMap": ConfigMap,
  "v1 Service": Service,
  "v1 ServiceAccount": ServiceAccount,
  "gateway.networking.k8s.io/v1 HTTPRoute": HTTPRoute,
  "serving.knative.dev/v1 Service": KnativeService,
};

const FOLDER = join(ROOT, "templates/kubernetes");
const work = mkdtempSync(join(tmpdir(), "kubernetes-"));
afterAll(() => rmSync(work, { recursive: true }));

const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;
const NO_KUBECTL = "kubectl is not installed: nothing else builds with Kustomize";

function built(folder: string): Manifest[] {
  const text = execFileSync("kubectl", ["kustomize", folder], { encoding: "utf8" });
  return parseAllDocuments(text).map((document) => document.toJS());
}

const check = (manifest: Manifest): void => {
  const Model = MODELS[`${manifest.apiVersion} ${manifest.kind}`];
  if (!Model) throw new Error(`no schema for ${manifest.apiVersion} ${manifest.kind}`);
  new Model(manifest as never).validate();
};

describe.each(["base", "overlays/gateway-api", "overlays/eks", "overlays/gke", "overlays/knative"])("%s", (name) => {
  test("builds, and is what the schemas of its kinds say", ({ skip }) => {
    if (!hasKubectl) return skip(NO_KUBECTL);
    const manifests = built(join(FOLDER, name));
    expect(manifests.length).toBeGreaterThan(0);
    for (const manifest of manifests) expect(() => check(manifest)).not.toThrow();
  });
});

test("the base runs without root, rights and writable files, and lets calls end", ({ skip }) => {
  if (!hasKubectl) return skip(NO_KUBECTL);
  const manifests = built(join(FOLDER, "base"));
  const of = (kind: string): Manifest => manifests.find((manifest) => manifest.kind === kind);
  const pod = of("Deployment").spec.template;
  const [container] = pod.spec.containers;
  expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  expect(pod.spec.automountServiceAccountToken).toBe(false);
  // The server needs its 10 s behind preStop (adapters/gcp/shutdown.ts).
  const { seconds } = container.lifecycle.preStop.sleep;
  expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(seconds + 10);
  for (const kind of ["Service", "PodDisruptionBudget", "NetworkPolicy"]) {
    const { selector, podSelector } = of(kind).spec;
    const labels = (selector?.matchLabels ?? selector ?? podSelector.matchLabels) as Record<string, string>;
    expect(pod.metadata.labels).toMatchObject(labels);
    expect(Object.keys(labels)).not.toEqual([]);
  }
});

test("a project's own kustomization sets image, namespace and variables", ({ skip }) => {
  if (!hasKubectl) return skip(NO_KUBECTL);
  cpSync(FOLDER, join(work, "kubernetes"), { recursive: true });
  mkdirSync(join(work, "own"));
  const own = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    namespace: "notes",
    resources: ["../kubernetes/base"],
    images: [{ name: "mcp-server", newName: "registry.example.com/notes", digest: `sha256:${"0".repeat(64)}` }],
    configMapGenerator: [{ name: "mcp-server", behavior: "merge", literals: ["MCP_ANYCLOUD_TABLE=notes"] }],
  };
  writeFileSync(join(work, "own/kustomization.yaml"), JSON.stringify(own));
  const manifests = built(join(work, "own"));
  for (const manifest of manifests) check(manifest);
  const deployment = manifests.find(({ kind }) => kind === "Deployment");
  expect(deployment.metadata.namespace).toBe("notes");
  expect(deployment.spec.template.spec.containers[0].image).toBe(`registry.example.com/notes@sha256:${"0".repeat(64)}`);
  const variables = manifests.find(({ kind }) => kind === "ConfigMap").data;
  expect(variables).toEqual({ MCP_ANYCLOUD_TIMEOUT_SECONDS: "900", MCP_ANYCLOUD_TABLE: "notes" });
});

test("a gateway is trusted for one entry of X-Forwarded-For, and without one nothing is", ({ skip }) => {
  if (!hasKubectl) return skip(NO_KUBECTL);
  const trusted = (folder: string): unknown =>
    built(join(FOLDER, folder)).find(({ kind }) => kind === "ConfigMap").data.MCP_ANYCLOUD_TRUSTED_PROXIES;
  expect(trusted("overlays/gateway-api")).toBe("1");
  expect(trusted("base")).toBeUndefined();
});

test("a manifest with a fault is noticed", () => {
  const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "x" }, spec: { replicas: "two" } };
  expect(() => check(deployment)).toThrow();
});
