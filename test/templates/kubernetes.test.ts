import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ExternalSecret } from "@kubernetes-models/external-secrets/external-secrets.io/v1";
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
  "external-secrets.io/v1 ExternalSecret": ExternalSecret,
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

const OVERLAYS = ["gateway-api", "eks", "aks", "gke", "knative"].map((name) => `overlays/${name}`);

describe.each(["base", ...OVERLAYS])("%s", (name) => {
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
  const { seconds } = container.lifecycle.preStop.sleep;
  const shutdown = Number(of("ConfigMap").data.MCP_ANYCLOUD_SHUTDOWN_SECONDS);
  expect(pod.spec.terminationGracePeriodSeconds).toBe(seconds + shutdown);
  for (const kind of ["Service", "PodDisruptionBudget", "NetworkPolicy"]) {
    const { selector, podSelector } = of(kind).spec;
    const labels = (selector?.matchLabels ?? selector ?? podSelector.matchLabels) as Record<string, string>;
    expect(pod.metadata.labels).toMatchObject(labels);
    expect(Object.keys(labels)).not.toEqual([]);
  }
});

/** Builds a project's own kustomization over a copy of the manifests. */
function builtOver(name: string, own: object): Manifest[] {
  cpSync(FOLDER, join(work, "kubernetes"), { recursive: true });
  mkdirSync(join(work, name), { recursive: true });
  const kustomization = { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", ...own };
  writeFileSync(join(work, name, "kustomization.yaml"), JSON.stringify(kustomization));
  const manifests = built(join(work, name));
  for (const manifest of manifests) check(manifest);
  return manifests;
}

test("a project's own kustomization sets image, namespace and variables", ({ skip }) => {
  if (!hasKubectl) return skip(NO_KUBECTL);
  const manifests = builtOver("own", {
    namespace: "notes",
    resources: ["../kubernetes/base"],
    images: [{ name: "mcp-server", newName: "registry.example.com/notes", digest: `sha256:${"0".repeat(64)}` }],
    configMapGenerator: [{ name: "mcp-server", behavior: "merge", literals: ["MCP_ANYCLOUD_TABLE=notes"] }],
  });
  const deployment = manifests.find(({ kind }) => kind === "Deployment");
  expect(deployment.metadata.namespace).toBe("notes");
  expect(deployment.spec.template.spec.containers[0].image).toBe(`registry.example.com/notes@sha256:${"0".repeat(64)}`);
  const variables = manifests.find(({ kind }) => kind === "ConfigMap").data;
  expect(variables).toEqual({
    MCP_ANYCLOUD_TIMEOUT_SECONDS: "900",
    MCP_ANYCLOUD_SHUTDOWN_SECONDS: "35",
    MCP_ANYCLOUD_TABLE: "notes",
  });
});

test("components add secrets, the way to Redis, and a collector", ({ skip }) => {
  if (!hasKubectl) return skip(NO_KUBECTL);
  const components = ["external-secrets", "redis", "opentelemetry"];
  const manifests = builtOver("with-components", {
    resources: ["../kubernetes/overlays/eks"],
    components: components.map((name) => `../kubernetes/components/${name}`),
  });
  const of = (kind: string): Manifest => manifests.find((manifest) => manifest.kind === kind);
  const [{ env, envFrom }] = of("Deployment").spec.template.spec.containers;
  expect(envFrom).toEqual([
    { configMapRef: { name: of("ConfigMap").metadata.name } },
    { secretRef: { name: of("ExternalSecret").spec.target.name } },
  ]);
  expect(env.map(({ name }: Manifest) => name)).toEqual(["PORT", "POD_NAME", "OTEL_RESOURCE_ATTRIBUTES"]);
  const { OTEL_EXPORTER_OTLP_ENDPOINT: collector } = of("ConfigMap").data;
  const open = of("NetworkPolicy").spec.egress.flatMap(({ ports }: Manifest) =>
    ports.map(({ port }: Manifest) => port),
  );
  expect(open).toEqual([53, 53, 443, 80, 6379, 6380, Number(new URL(collector).port)]);
});

test("two servers in one namespace have pods of their own, told apart by a label", ({ skip }) => {
  if (!hasKubectl) return skip(NO_KUBECTL);
  const manifests = builtOver("notes", {
    namePrefix: "notes-",
    labels: [{ pairs: { "app.kubernetes.io/instance": "notes" }, includeSelectors: true, includeTemplates: true }],
    resources: ["../kubernetes/base"],
  });
  const of = (kind: string): Manifest => manifests.find((manifest) => manifest.kind === kind).spec;
  const { topologySpreadConstraints: spread } = of("Deployment").template.spec;
  const selectors = [
    of("Deployment").selector.matchLabels,
    of("Service").selector,
    of("PodDisruptionBudget").selector.matchLabels,
    of("NetworkPolicy").podSelector.matchLabels,
    ...spread.map(({ labelSelector }: Manifest) => labelSelector.matchLabels),
  ];
  expect(selectors).toHaveLength(6);
  for (const selector of selectors) expect(selector).toMatchObject({ "app.kubernetes.io/instance": "notes" });
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
