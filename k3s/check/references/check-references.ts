import type { Rendered } from "../document/rendered.ts";
import type { Remark } from "../finding.ts";
import type { ForeignPod } from "../network/flow-table.ts";
import { checkAccounts } from "./check-accounts.ts";
import { checkContents } from "./check-contents.ts";
import { checkControllers } from "./check-controllers.ts";
import { checkJobImage } from "./check-job-image.ts";
import { checkNamespaces } from "./check-namespaces.ts";
import { checkPorts } from "./check-ports.ts";
import { checkSelectors } from "./check-selectors.ts";
import { checkVolumes } from "./check-volumes.ts";
import { checkWaves } from "./check-waves.ts";

/** Everything that an object names is there. */
export function checkReferences(rendered: Rendered, foreign: readonly ForeignPod[]): Remark[] {
  return [
    ...checkAccounts(rendered),
    ...checkContents(rendered),
    ...checkControllers(rendered),
    ...checkJobImage(rendered),
    ...checkNamespaces(rendered),
    ...checkPorts(rendered),
    ...checkSelectors(rendered, foreign),
    ...checkVolumes(rendered),
    ...checkWaves(rendered),
  ];
}
