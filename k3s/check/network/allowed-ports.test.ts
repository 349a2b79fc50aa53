import { describe, expect, test } from "vitest";
import type { KubeObject } from "../document/kube-object.ts";
import { Rendered } from "../document/rendered.ts";
import { allowedPorts } from "./allowed-ports.ts";
import type { Peer } from "./peers.ts";
import { shownPorts } from "./port-set.ts";

function pod(namespace: string, name: string): Peer {
  return {
    id: `${namespace}/${name}`,
    names: new Set(),
    pod: { namespace, labels: { name } },
    network: null,
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
    template: null,
    isOurs: true,
  };
}

function policy(spec: object, namespace = "a"): KubeObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "policy", namespace },
    spec,
  };
}

/** What x may be reached on by `other`, by these policies. */
function reachable(other: Peer, ...policies: KubeObject[]): string {
  return shownPorts(allowedPorts(new Rendered("t", policies), pod("a", "x"), other, "Ingress"));
}

const ofX = { podSelector: { matchLabels: { name: "x" } }, policyTypes: ["Ingress"] };
const y = pod("a", "y");
const farY = pod("b", "y");

describe("network policies mean what Kubernetes says", () => {
  test("without any, everything is allowed; with one about others too", () => {
    expect(reachable(y)).toBe("every port");
    const others = policy({ ...ofX, podSelector: { matchLabels: { name: "z" } }, ingress: [] });
    expect(reachable(y, others)).toBe("every port");
    expect(reachable(y, policy({ ...ofX, policyTypes: ["Egress"] }))).toBe("every port");
    expect(reachable(y, policy(ofX, "b"))).toBe("every port");
  });

  test("one that selects it denies what it does not allow; several allow together", () => {
    expect(reachable(y, policy(ofX))).toBe("");
    const allow = (port: number) => policy({ ...ofX, ingress: [{ ports: [{ port }] }] });
    expect(reachable(y, policy({ podSelector: {} }), allow(80), allow(443))).toBe(
      "80/TCP, 443/TCP",
    );
  });

  test("a pod selector alone means the policy's own namespace", () => {
    const near = { podSelector: { matchLabels: { name: "y" } } };
    const ingress = (peer: object) => policy({ ...ofX, ingress: [{ from: [peer] }] });
    expect(reachable(y, ingress(near))).toBe("every port");
    expect(reachable(farY, ingress(near))).toBe("");
    const far = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "b" } } };
    expect(reachable(farY, ingress({ ...near, ...far }))).toBe("every port");
    expect(reachable(pod("b", "z"), ingress({ ...near, ...far }))).toBe("");
    expect(reachable(pod("b", "z"), ingress(far))).toBe("every port");
    const anywhere = { namespaceSelector: {}, podSelector: { matchLabels: { name: "y" } } };
    expect(reachable(farY, ingress(anywhere))).toBe("every port");
  });

  test("ports by name, by range and by protocol", () => {
    const ports = [{ port: "http" }, { port: 100, endPort: 102 }, { protocol: "UDP" }];
    expect(reachable(y, policy({ ...ofX, ingress: [{ ports }] }))).toBe(
      "100-102/TCP, 8080/TCP, 0-65535/UDP",
    );
  });

  test("a block is a network, not a pod", () => {
    const ipBlock = { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] };
    const rules = policy({ ...ofX, ingress: [{ from: [{ ipBlock }], ports: [{ port: 80 }] }] });
    const network = (except: string[]): Peer => ({
      ...pod("", ""),
      pod: null,
      network: { cidr: "10.0.0.0/8", except },
    });
    expect(reachable(y, rules)).toBe("");
    expect(reachable(network(["10.1.0.0/16"]), rules)).toBe("80/TCP");
    expect(reachable(network([]), rules)).toBe("");
  });
});
