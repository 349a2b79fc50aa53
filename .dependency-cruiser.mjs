/** Who may import whom; docs/architecture.md tells why. */
export default {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "protocol-imports-nothing-of-ours",
      severity: "error",
      from: { path: "^fleet/protocol/" },
      to: { path: "^(edge-agent|cloud|dashboard|fleet/local)/" },
    },
    {
      name: "edge-imports-protocol-only",
      severity: "error",
      from: { path: "^edge-agent/" },
      to: { path: "^(cloud|dashboard|fleet/local)/" },
    },
    {
      name: "cloud-imports-protocol-only",
      severity: "error",
      from: { path: "^cloud/" },
      to: { path: "^(edge-agent|dashboard|fleet/local)/" },
    },
    {
      name: "dashboard-imports-types-and-protocol",
      severity: "error",
      from: { path: "^dashboard/" },
      to: { path: "^(edge-agent|cloud|fleet/local)/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "local-is-imported-by-nobody",
      severity: "error",
      from: { pathNot: "^(fleet/local|\\.ci)/" },
      to: { path: "^fleet/local/" },
    },
    {
      name: "manifests-import-nothing-of-ours",
      severity: "error",
      from: { path: "^k3s/" },
      to: { path: "^(edge-agent|cloud|dashboard|fleet)/" },
    },
    {
      name: "manifests-are-imported-by-who-runs-them",
      severity: "error",
      from: { pathNot: "^(k3s|\\.ci|fleet/local)/" },
      to: { path: "^k3s/" },
    },
    {
      name: "only-main-imports-the-root",
      severity: "error",
      from: { pathNot: "(main|\\.test)\\.ts$|/test/" },
      to: { path: "^(edge-agent/src/agent|cloud/src/cloud)\\.ts$" },
    },
    ...[
      ["mqtt", "^edge-agent/src/uplink/|^cloud/src/mqtt/"],
      ["aedes", "^cloud/src/broker/"],
      ["better-sqlite3", "^edge-agent/src/outbox/|^fleet/local/src/start/"],
      ["pg", "^cloud/src/database/|^fleet/local/src/(postgres|start)/"],
      ["minio", "^cloud/src/blobs/"],
      ["onnxruntime-node", "^edge-agent/src/detect/|^cloud/src/inference/"],
      ["@platformatic/kafka", "^cloud/src/tap/"],
      ["pg-boss", "^cloud/src/training/"],
      ["simple-git", "^cloud/src/rollout/"],
      ["@tensorflow/[^/]+", "^cloud/src/training/"],
      ["fluent-ffmpeg", "^edge-agent/src/decode/"],
    ].map(([library, home]) => ({
      name: `${library}-stays-in-one-folder`,
      severity: "error",
      from: { pathNot: `${home}|\\.test\\.ts$|/test/` },
      to: { path: `node_modules/(@types/)?${library}/` },
    })),
    {
      name: "no-tests-in-production",
      severity: "error",
      from: { pathNot: "\\.test\\.tsx?$|/test/|^\\.ci/" },
      to: { path: "\\.test\\.tsx?$|/test/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
    },
  },
};
