import type { KubeObject } from "../check/document/kube-object.ts";

const NAMESPACE = "sentinel";
const DIGEST = `sha256:${"0".repeat(64)}`;

/** Objects, small but whole, that keep to every rule; a test breaks one of them. */
export interface SoundObjects {
  namespace: KubeObject;
  denial: KubeObject;
  policy: KubeObject;
  account: KubeObject;
  deployment: KubeObject;
  service: KubeObject;
  ingress: KubeObject;
  budget: KubeObject;
  scaler: KubeObject;
  set: KubeObject;
  setPolicy: KubeObject;
  setAccount: KubeObject;
  setBudget: KubeObject;
  setService: KubeObject;
  job: KubeObject;
  jobPolicy: KubeObject;
  jobAccount: KubeObject;
  /** What a test adds. */
  [name: string]: KubeObject;
}

function labels(name: string): Record<string, string> {
  return {
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/component": "part",
    "app.kubernetes.io/part-of": "sentinel",
  };
}

function metadata(name: string): KubeObject["metadata"] {
  return { name, namespace: NAMESPACE, labels: labels(name) };
}

function pod(name: string, more: object): object {
  const probe = { httpGet: { path: "/healthz", port: "http" } };
  const timing = { periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 3 };
  const amounts = { cpu: "100m", memory: "128Mi", "ephemeral-storage": "64Mi" };
  return {
    metadata: { labels: labels(name), annotations: { "sentinel.dev/stop-seconds": "8" } },
    spec: {
      serviceAccountName: name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 20,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10_001,
        seccompProfile: { type: "RuntimeDefault" },
      },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "kubernetes.io/hostname",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { "app.kubernetes.io/name": name } },
        },
      ],
      containers: [
        {
          name,
          image: `registry.example.com/part/${name}:1.2.3@${DIGEST}`,
          imagePullPolicy: "IfNotPresent",
          ports: [{ name: "http", containerPort: 8080 }],
          startupProbe: { ...probe, ...timing },
          readinessProbe: { ...probe, ...timing },
          livenessProbe: { ...probe, ...timing },
          lifecycle: { preStop: { sleep: { seconds: 5 } } },
          resources: { requests: amounts, limits: amounts },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
        },
      ],
      volumes: [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }],
      ...more,
    },
  };
}

function policyOf(name: string, ingress: object[]): KubeObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadata(name),
    spec: {
      podSelector: { matchLabels: { "app.kubernetes.io/name": name } },
      policyTypes: ["Ingress", "Egress"],
      ingress,
      egress: [],
    },
  };
}

function accountOf(name: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: metadata(name),
    automountServiceAccountToken: false,
  };
}

function budgetOf(name: string): KubeObject {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: metadata(name),
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: { "app.kubernetes.io/name": name } },
    },
  };
}

function serviceOf(name: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata(name),
    spec: {
      selector: { "app.kubernetes.io/name": name },
      ports: [{ name: "http", port: 80, targetPort: "http" }],
    },
  };
}

function selectorOf(name: string): object {
  return { matchLabels: { "app.kubernetes.io/name": name } };
}

const LEVELS = ["enforce", "audit", "warn"].map((mode) => [
  `pod-security.kubernetes.io/${mode}`,
  "restricted",
]);

/** Made anew for each test. */
export function soundObjects(): SoundObjects {
  const open = [
    {
      from: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "api" } } }],
      ports: [{ protocol: "TCP", port: 8080 }],
    },
  ];
  return {
    namespace: {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: NAMESPACE,
        labels: Object.fromEntries(LEVELS),
        annotations: { "argocd.argoproj.io/sync-options": "Prune=false" },
      },
    },
    denial: {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: metadata("default-deny"),
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [], egress: [] },
    },
    policy: policyOf("api", []),
    account: accountOf("api"),
    deployment: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata("api"),
      spec: {
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        selector: selectorOf("api"),
        template: pod("api", {}),
      },
    },
    service: serviceOf("api"),
    ingress: {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: metadata("api"),
      spec: {
        ingressClassName: "traefik",
        tls: [{ secretName: "api-tls" }],
        rules: [
          {
            host: "example.com",
            http: {
              paths: [
                {
                  path: "/",
                  pathType: "Prefix",
                  backend: { service: { name: "api", port: { name: "http" } } },
                },
              ],
            },
          },
        ],
      },
    },
    budget: budgetOf("api"),
    scaler: {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: metadata("api"),
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "api" },
        minReplicas: 2,
        maxReplicas: 4,
      },
    },
    set: {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: {
        ...metadata("store"),
        annotations: { "argocd.argoproj.io/sync-options": "Prune=false" },
      },
      spec: {
        replicas: 1,
        serviceName: "store",
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        selector: selectorOf("store"),
        template: pod("store", {}),
      },
    },
    setPolicy: policyOf("store", open),
    setAccount: accountOf("store"),
    setBudget: budgetOf("store"),
    setService: serviceOf("store"),
    job: {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        ...metadata("prepare"),
        annotations: {
          "argocd.argoproj.io/hook": "Sync",
          "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
        },
      },
      spec: {
        activeDeadlineSeconds: 60,
        backoffLimit: 1,
        ttlSecondsAfterFinished: 60,
        template: pod("prepare", { restartPolicy: "Never" }),
      },
    },
    jobPolicy: policyOf("prepare", []),
    jobAccount: accountOf("prepare"),
  };
}
