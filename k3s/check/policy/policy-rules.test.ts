import { expect, test } from "vitest";
import { type SoundObjects, soundObjects } from "../../test/sound-objects.ts";
import { Rendered } from "../document/rendered.ts";
import { POLICY_RULES } from "./policy-rules.ts";

type Break = (objects: SoundObjects) => void;

const spec = (objects: SoundObjects) => objects.deployment.spec.template.spec;
const container = (objects: SoundObjects) => spec(objects).containers[0];

/** How each rule is broken, and nothing else. */
const RED: Readonly<Record<string, Break>> = {
  "image-version-exact": (all) => {
    container(all).image = `registry.example.com/part/api:latest@sha256:${"0".repeat(64)}`;
  },
  "image-digest": (all) => {
    container(all).image = "registry.example.com/part/api:1.2.3";
  },
  "image-registry-named": (all) => {
    container(all).image = `api:1.2.3@sha256:${"0".repeat(64)}`;
  },
  "image-pulled-once": (all) => {
    container(all).imagePullPolicy = "Always";
  },
  "run-as-non-root": (all) => {
    delete spec(all).securityContext.runAsNonRoot;
  },
  "run-as-user": (all) => {
    spec(all).securityContext.runAsUser = 0;
  },
  "no-privilege-escalation": (all) => {
    delete container(all).securityContext.allowPrivilegeEscalation;
  },
  "drop-all-capabilities": (all) => {
    container(all).securityContext.capabilities.drop = ["NET_RAW"];
  },
  "no-added-capabilities": (all) => {
    container(all).securityContext.capabilities.add = ["NET_BIND_SERVICE"];
  },
  "seccomp-runtime-default": (all) => {
    spec(all).securityContext.seccompProfile.type = "Unconfined";
  },
  "read-only-root": (all) => {
    container(all).securityContext.readOnlyRootFilesystem = false;
  },
  "not-privileged": (all) => {
    container(all).securityContext.privileged = true;
  },
  "no-host-port": (all) => {
    container(all).ports[0].hostPort = 80;
  },
  "namespace-restricted": (all) => {
    (all.namespace.metadata.labels ?? {})["pod-security.kubernetes.io/enforce"] = "baseline";
  },
  "no-host-network": (all) => {
    spec(all).hostNetwork = true;
  },
  "no-host-namespaces": (all) => {
    spec(all).hostPID = true;
  },
  "no-host-path": (all) => {
    spec(all).volumes[0] = { name: "tmp", hostPath: { path: "/tmp" } };
  },
  "no-token-unless-bound": (all) => {
    spec(all).automountServiceAccountToken = true;
  },
  "own-service-account": (all) => {
    spec(all).serviceAccountName = "default";
  },
  "no-service-links": (all) => {
    delete spec(all).enableServiceLinks;
  },
  "requests-set": (all) => {
    container(all).resources.requests = { cpu: "1m" };
  },
  "limits-set": (all) => {
    delete container(all).resources.limits;
  },
  "requests-within-limits": (all) => {
    container(all).resources.requests = {
      cpu: "100m",
      memory: "1Gi",
      "ephemeral-storage": "64Mi",
    };
  },
  "empty-dir-bounded": (all) => {
    spec(all).volumes[0].emptyDir = {};
  },
  "startup-probe": (all) => {
    delete container(all).startupProbe;
  },
  "readiness-probe": (all) => {
    delete container(all).readinessProbe;
  },
  "liveness-probe": (all) => {
    delete container(all).livenessProbe;
  },
  "liveness-asks-only-itself": (all) => {
    container(all).livenessProbe.httpGet = { path: "/readyz", port: "http" };
  },
  "probe-has-deadline": (all) => {
    container(all).readinessProbe = { httpGet: { path: "/readyz", port: "http" } };
  },
  "probe-names-host": (all) => {
    container(all).env = [{ name: "SENTINEL_ALLOWED_HOSTS", value: "example.com" }];
  },
  "stops-in-time": (all) => {
    spec(all).terminationGracePeriodSeconds = 14;
  },
  "drains-before-stop": (all) => {
    delete container(all).lifecycle;
  },
  "disruption-budget": (all) => {
    delete (all as Partial<SoundObjects>).setBudget;
  },
  "budget-lets-drain": (all) => {
    all.setBudget.spec = { minAvailable: 1, selector: all.setBudget.spec.selector };
  },
  "rolls-without-gap": (all) => {
    all.deployment.spec.strategy.rollingUpdate.maxUnavailable = 1;
  },
  "spread-over-nodes": (all) => {
    delete spec(all).topologySpreadConstraints;
  },
  "autoscaler-owns-replicas": (all) => {
    all.deployment.spec.replicas = 3;
  },
  "autoscaler-keeps-two": (all) => {
    all.scaler.spec.minReplicas = 1;
  },
  "data-never-pruned": (all) => {
    delete all.set.metadata.annotations;
  },
  "claims-retained": (all) => {
    all.set.spec.persistentVolumeClaimRetentionPolicy.whenDeleted = "Delete";
  },
  "jobs-end": (all) => {
    delete all.job.spec.activeDeadlineSeconds;
  },
  "job-is-hook": (all) => {
    delete all.job.metadata.annotations;
  },
  "namespace-denies-all": (all) => {
    all.denial.spec.egress = [{ to: [{ podSelector: {} }], ports: [{ port: 53 }] }];
  },
  "own-network-policy": (all) => {
    all.policy.spec.policyTypes = ["Ingress"];
  },
  "no-open-rule": (all) => {
    all.policy.spec.ingress = [{ ports: [{ protocol: "TCP", port: 8080 }] }];
  },
  "blocks-spare-cluster": (all) => {
    all.policy.spec.egress = [
      {
        to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.42.0.0/16"] } }],
        ports: [{ port: 80 }],
      },
    ];
  },
  "no-node-port": (all) => {
    all.service.spec.type = "NodePort";
  },
  "ingress-class-named": (all) => {
    delete all.ingress.spec.ingressClassName;
  },
  "ingress-encrypted": (all) => {
    delete all.ingress.spec.tls;
  },
  "roles-name-what": (all) => {
    all.role = role([{ apiGroups: ["*"], resources: ["jobs"], verbs: ["get"] }]);
  },
  "roles-stay-small": (all) => {
    all.role = role([{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }]);
  },
  "roles-in-namespaces": (all) => {
    all.role = { ...role([]), kind: "ClusterRole" };
  },
  "secrets-by-reference": (all) => {
    container(all).env = [{ name: "SENTINEL_BROKER_PASSWORD", value: "hunter2" }];
  },
  "no-plain-secrets": (all) => {
    all.secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "x", namespace: "sentinel" },
    };
  },
  "no-test-secrets": (all) => {
    container(all).args = ["--as", "not-secret-cloud"];
  },
  "standard-labels": (all) => {
    delete all.deployment.metadata.labels?.["app.kubernetes.io/part-of"];
  },
};

function role(rules: object[]): SoundObjects[string] {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "api", namespace: "sentinel" },
    rules,
  };
}

function broken(objects: SoundObjects): { id: string; path: string; fix: string }[] {
  const rendered = new Rendered("overlays/production/cloud", Object.values(objects));
  return POLICY_RULES.flatMap(({ id, find }) =>
    find(rendered).map(({ path, fix }) => ({ id, path, fix })),
  );
}

test("sound objects break no rule", () => {
  expect(broken(soundObjects())).toEqual([]);
});

test("every rule has a red example, an id of its own and a sentence", () => {
  const ids = POLICY_RULES.map(({ id }) => id);
  expect(Object.keys(RED).sort()).toEqual([...ids].sort());
  expect(new Set(ids).size).toBe(ids.length);
  for (const { sentence } of POLICY_RULES) expect(sentence).toMatch(/^[A-Z].{15,}\.$/);
});

test.each(Object.entries(RED))("%s: its example breaks it and nothing else", (id, breakIt) => {
  const objects = soundObjects();
  breakIt(objects);
  const found = broken(objects);
  expect(found.map((breach) => breach.id)).toEqual([id]);
  expect(found[0]?.fix).not.toBe("");
});

test("outside production tags, plain secrets and http are enough", () => {
  const objects = soundObjects();
  for (const id of ["image-digest", "no-plain-secrets", "ingress-encrypted", "no-test-secrets"]) {
    RED[id]?.(objects);
  }
  const rendered = new Rendered("overlays/dev", Object.values(objects));
  expect(POLICY_RULES.flatMap(({ find }) => find(rendered))).toEqual([]);
});
