import type { Rendered } from "../document/rendered.ts";
import type { Remark } from "../finding.ts";

const VARIABLE = "SENTINEL_JOB_IMAGE";

/** Training Jobs run the image of the program that makes them, or inputs and outputs may not fit. */
export function checkJobImage(rendered: Rendered): Remark[] {
  return rendered.pods.flatMap((pod) =>
    (pod.spec.containers ?? []).flatMap(({ env = [], image }, container) => {
      const index = env.findIndex(({ name }) => name === VARIABLE);
      if (index < 0 || env[index]?.value === image) return [];
      return [
        {
          object: pod.owner,
          rule: "job-image-is-own",
          path: `${pod.path}.containers[${container}].env[${index}].value`,
          problem: `Jobs would run ${env[index]?.value}, the controller is ${image}`,
          fix: `${image}; components/job-image carries it over`,
        },
      ];
    }),
  );
}
