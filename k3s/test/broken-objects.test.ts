import { beforeAll, describe, expect, test } from "vitest";
import { checkRendered } from "../check/check-rendered.ts";
import type { KubeObject } from "../check/document/kube-object.ts";
import { Rendered } from "../check/document/rendered.ts";
import { type FlowTable, readFlowTable } from "../check/network/flow-table.ts";
import { checkArgo } from "../check/references/check-argo.ts";
import { renderTarget } from "../check/render/render-target.ts";
import { K3S, REPOSITORY } from "./copied-tree.ts";

let table: FlowTable;
const objectsOf = new Map<string, readonly KubeObject[]>();

async function render(target: string): Promise<void> {
  const rendered = await renderTarget(K3S, target);
  if (!(rendered instanceof Rendered)) throw new Error(rendered.problem);
  objectsOf.set(target, rendered.objects);
}

beforeAll(async () => {
  table = readFlowTable(K3S);
  for (const target of ["overlays/ci/cloud", "overlays/ci/site", "clusters/cloud", "argo-cd/apps"])
    await render(target);
});

type Find = (kind: string, name: string) => KubeObject;

/** What is found in a target after `breakIt` has changed it: rule, object and path. */
function found(target: string, breakIt: (find: Find, all: KubeObject[]) => void): string[] {
  const objects = structuredClone(objectsOf.get(target) ?? []) as KubeObject[];
  const find: Find = (kind, name) => {
    const object = objects.find((one) => one.kind === kind && one.metadata.name.startsWith(name));
    if (object === undefined) throw new Error(`there is no ${kind}/${name}`);
    return object;
  };
  breakIt(find, objects);
  const { remarks } = checkRendered(new Rendered(target, objects), { root: K3S, table });
  return remarks
    .filter(({ rule }) => !IN_EXCEPTIONS.includes(rule))
    .map(({ rule, object: { kind, metadata }, path }) => {
      // Without the hash of a generated map's contents.
      const name =
        kind === "ConfigMap" ? metadata.name.replace(/-[a-z0-9]{10}$/, "") : metadata.name;
      return `${rule} ${kind}/${name} ${path}`;
    });
}

/** The real tree's own exceptions are for these. */
const IN_EXCEPTIONS = ["named-service-reachable", "image-digest"];

function without(all: KubeObject[], object: KubeObject): void {
  all.splice(all.indexOf(object), 1);
}

const POD = "spec.template.spec";

describe("references, each broken in the rendered cloud", () => {
  test("nothing is found as long as nothing is broken", () => {
    expect(found("overlays/ci/cloud", () => {})).toEqual([]);
  });

  test.each<[string, (find: Find, all: KubeObject[]) => void, string[]]>([
    [
      "account-exists",
      (find, all) => without(all, find("ServiceAccount", "ingest")),
      [`account-exists Deployment/ingest ${POD}.serviceAccountName`],
    ],
    [
      "account-exists: a binding's subject",
      (find) => {
        find("RoleBinding", "training-controller").subjects[0].namespace = "sentinel-jobs";
      },
      [
        "account-exists RoleBinding/training-controller subjects[0]",
        // Its token has lost its use.
        `no-token-unless-bound Deployment/training-controller ${POD}.automountServiceAccountToken`,
      ],
    ],
    [
      "role-exists",
      (find) => {
        find("RoleBinding", "training-controller").roleRef.name = "admin";
      },
      ["role-exists RoleBinding/training-controller roleRef.name"],
    ],
    [
      "contents-exist: a volume",
      (find, all) => without(all, find("ConfigMap", "postgres-init")),
      [`contents-exist StatefulSet/postgres ${POD}.volumes[1].configMap.name`],
    ],
    [
      "key-exists: a key of a map",
      (find) => {
        delete find("ConfigMap", "public-address").data.HOST;
      },
      [`key-exists Deployment/mediamtx ${POD}.containers[0].env[1].valueFrom.configMapKeyRef`],
    ],
    [
      "mount-exists and volume-mounted",
      (find) => {
        find("Deployment", "ingest").spec.template.spec.containers[0].volumeMounts[0].name = "wrok";
      },
      [
        `mount-exists Deployment/ingest ${POD}.containers[0].volumeMounts[0].name`,
        `volume-mounted Deployment/ingest ${POD}.volumes[0].name`,
      ],
    ],
    [
      "claim-exists",
      (find) => {
        find("Deployment", "ingest").spec.template.spec.volumes[0] = {
          name: "work",
          persistentVolumeClaim: { claimName: "ingest-work" },
        };
      },
      [`claim-exists Deployment/ingest ${POD}.volumes[0].persistentVolumeClaim.claimName`],
    ],
    [
      "namespace-exists",
      (find) => {
        find("ConfigMap", "redpanda-topics").metadata.namespace = "sentinell";
      },
      [
        `contents-exist Job/redpanda-topics ${POD}.volumes[0].configMap.name`,
        "namespace-exists ConfigMap/redpanda-topics metadata.namespace",
      ],
    ],
    [
      "probe-port-listened",
      (find) => {
        const [container] = find("Deployment", "ingest").spec.template.spec.containers;
        container.livenessProbe.httpGet.port = "https";
      },
      [`probe-port-listened Deployment/ingest ${POD}.containers[0].livenessProbe.httpGet.port`],
    ],
    [
      "backend-exists",
      (find) => {
        const [, stream] = find("Ingress", "sentinel").spec.rules[0].http.paths;
        stream.backend.service.name = "camera-gateway";
      },
      ["backend-exists Ingress/sentinel spec.rules[0].http.paths[1].backend.service.name"],
    ],
    [
      "backend-port-exists",
      (find) => {
        const [api] = find("Ingress", "sentinel").spec.rules[0].http.paths;
        api.backend.service.port = { number: 8080 };
      },
      ["backend-port-exists Ingress/sentinel spec.rules[0].http.paths[0].backend.service.port"],
    ],
    [
      "selects-own-pods",
      (find) => {
        find("Deployment", "ingest").spec.selector.matchLabels["app.kubernetes.io/name"] = "digest";
      },
      ["selects-own-pods Deployment/ingest spec.selector"],
    ],
    [
      "selector-matches",
      (find) => {
        find("Service", "redpanda").spec.selector["app.kubernetes.io/name"] = "kafka";
      },
      ["selector-matches Service/redpanda spec.selector"],
    ],
    [
      "scale-target-exists",
      (find) => {
        find("HorizontalPodAutoscaler", "ingest").spec.scaleTargetRef.name = "digest";
      },
      ["scale-target-exists HorizontalPodAutoscaler/ingest spec.scaleTargetRef"],
    ],
    [
      "controller-reference-exists: a certificate's issuer",
      (find) => {
        find("Certificate", "broker").spec.issuerRef.name = "letsencrypt";
      },
      ["controller-reference-exists Certificate/broker spec.issuerRef"],
    ],
    [
      "controller-reference-exists: an Ingress's secret and middleware",
      (find, all) => {
        without(all, find("Middleware", "to-https"));
        find("Ingress", "sentinel").spec.tls[0].secretName = "tls";
      },
      [
        "controller-reference-exists Ingress/sentinel spec.tls[0].secretName",
        'controller-reference-exists Ingress/sentinel metadata.annotations["traefik.ingress.kubernetes.io/router.middlewares"]',
      ],
    ],
    [
      "wave-before-its-users",
      (find) => {
        delete find("Certificate", "broker").metadata.annotations;
      },
      [
        'wave-before-its-users Certificate/broker metadata.annotations["argocd.argoproj.io/sync-wave"]',
      ],
    ],
    [
      "job-image-is-own",
      (find) => {
        const [container] = find("Deployment", "training-controller").spec.template.spec.containers;
        container.env.find(({ name }: { name: string }) => name === "SENTINEL_JOB_IMAGE").value =
          "sentinel.local/cloud:0.0.9";
      },
      [
        expect.stringMatching(/^job-image-is-own Deployment\/training-controller .*\.value$/),
      ] as string[],
    ],
    [
      "named-service-exists",
      (find) => {
        find("ConfigMap", "mediamtx-config").data["mediamtx.yml"] =
          "authHTTPAddress: http://cameras/internal/mediamtx-auth";
      },
      ["named-service-exists Deployment/mediamtx volume config, mediamtx.yml"],
    ],
    [
      "named-port-exists",
      (find) => {
        const [container] = find("Deployment", "ingest").spec.template.spec.containers;
        container.env.find(({ name }: { name: string }) => name === "SENTINEL_TAP_BROKERS").value =
          "redpanda:9093";
      },
      [`named-port-exists Deployment/ingest ${POD}.containers[0] env SENTINEL_TAP_BROKERS`],
    ],
    [
      "network-declared",
      (find) => {
        find("NetworkPolicy", "mosquitto").spec.ingress[1].from[0].ipBlock.cidr = "203.0.113.0/24";
      },
      [
        "flow-allowed NetworkPolicy/mosquitto spec.ingress",
        "network-declared NetworkPolicy/mosquitto spec.ingress[1].from[0].ipBlock",
      ],
    ],
    [
      "flow-declared: no policy at all",
      (find, all) => {
        without(all, find("NetworkPolicy", "web-dashboard"));
        for (const object of all) {
          if (object.metadata.name === "default-deny")
            object.spec.podSelector = { matchLabels: { a: "b" } };
        }
      },
      expect.arrayContaining([
        "namespace-denies-all Namespace/sentinel ",
        "own-network-policy Deployment/web-dashboard ",
        "flow-declared Deployment/web-dashboard ",
      ]) as unknown as string[],
    ],
  ])("%s", (_name, breakIt, expected) => {
    const remarks = found("overlays/ci/cloud", breakIt);
    if (Array.isArray(expected)) expect([...remarks].sort()).toEqual([...expected].sort());
    else expect(remarks).toEqual(expected);
  });
});

describe("settings that disagree with their manifest", () => {
  test("port-as-told", () => {
    const remarks = found("overlays/ci/cloud", (find) => {
      const [container] = find("Deployment", "camera-service").spec.template.spec.containers;
      container.env.push({ name: "SENTINEL_HTTP_PORT", value: "8090" });
    });
    expect(remarks).toEqual([`port-as-told Deployment/camera-service ${POD}.containers[0].ports`]);
  });

  test("outbox-fits-volume", () => {
    expect(found("overlays/ci/site", () => {})).toEqual([]);
    const remarks = found("overlays/ci/site", (find) => {
      const [claim] = find("StatefulSet", "inference").spec.volumeClaimTemplates;
      claim.spec.resources.requests.storage = "15Gi";
    });
    expect(remarks).toEqual([
      "outbox-fits-volume StatefulSet/inference spec.volumeClaimTemplates[0].spec.resources.requests.storage",
    ]);
  });
});

describe("Argo CD", () => {
  const rulesFor = (breakIt: (apps: KubeObject[]) => void): string[] => {
    const apps = structuredClone(objectsOf.get("argo-cd/apps") ?? []) as KubeObject[];
    breakIt(apps);
    const cluster = new Rendered("clusters/cloud", objectsOf.get("clusters/cloud") ?? []);
    return checkArgo(new Rendered("argo-cd/apps", apps), [cluster], REPOSITORY).map(
      ({ rule, problem }) => `${rule}: ${problem}`,
    );
  };
  const ofKind = (apps: KubeObject[], kind: string): KubeObject => {
    const object = apps.find((one) => one.kind === kind);
    if (object === undefined) throw new Error(`there is no ${kind}`);
    return object;
  };

  test("applications point to what is there, and the project allows it", () => {
    expect(rulesFor(() => {})).toEqual([]);
  });

  test("an application of a folder that is not there", () => {
    const told = rulesFor((apps) => {
      ofKind(apps, "Application").spec.source.path = "k3s/clusters/clouds";
      ofKind(apps, "ApplicationSet").spec.template.spec.source.path = "k3s/sites/{{.name}}";
    });
    expect(told).toEqual([
      "application-folder-exists: there is no folder k3s/clusters/clouds",
      "application-folder-exists: there is no folder k3s/sites/{{.name}}",
    ]);
  });

  test("a project that forbids what a cluster holds", () => {
    const told = rulesFor((apps) => {
      const { spec } = ofKind(apps, "AppProject");
      spec.destinations.splice(0, 1);
      spec.namespaceResourceWhitelist = spec.namespaceResourceWhitelist.filter(
        ({ kind }: { kind: string }) => kind !== "Middleware",
      );
    });
    expect(told).toEqual([
      'project-allows-kind: clusters hold { group: "traefik.io", kind: Middleware }, which the project does not allow',
      "project-allows-namespace: clusters hold objects in sentinel, which the project does not allow",
    ]);
  });
});
