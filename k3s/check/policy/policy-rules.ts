import type { PolicyRule } from "./policy-rule.ts";
import { ACCESS_RULES } from "./rules/access-rules.ts";
import { AVAILABILITY_RULES } from "./rules/availability-rules.ts";
import { CONTAINER_SECURITY_RULES } from "./rules/container-security-rules.ts";
import { DATA_RULES } from "./rules/data-rules.ts";
import { IMAGE_RULES } from "./rules/image-rules.ts";
import { LABEL_RULES } from "./rules/label-rules.ts";
import { NETWORK_RULES } from "./rules/network-rules.ts";
import { POD_SECURITY_RULES } from "./rules/pod-security-rules.ts";
import { PROBE_RULES } from "./rules/probe-rules.ts";
import { RESOURCE_RULES } from "./rules/resource-rules.ts";
import { SECRET_RULES } from "./rules/secret-rules.ts";
import { STOP_RULES } from "./rules/stop-rules.ts";

/** Every rule that every target keeps to. */
export const POLICY_RULES: readonly PolicyRule[] = [
  ...IMAGE_RULES,
  ...CONTAINER_SECURITY_RULES,
  ...POD_SECURITY_RULES,
  ...RESOURCE_RULES,
  ...PROBE_RULES,
  ...STOP_RULES,
  ...AVAILABILITY_RULES,
  ...DATA_RULES,
  ...NETWORK_RULES,
  ...ACCESS_RULES,
  ...SECRET_RULES,
  ...LABEL_RULES,
];
