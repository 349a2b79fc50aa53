import { join } from "node:path/posix";
import { entryOf, isOurImage } from "../config/our-programs.ts";
import { type ContainerAt, containersOf, type PodTemplate } from "../document/pod-template.ts";
import type { Rendered } from "../document/rendered.ts";
import type { Remark } from "../finding.ts";
import { type ImageRecipe, readRecipe } from "./image-recipe.ts";
import { parseImage } from "./image-reference.ts";

/**
 * Containers of our images agree with the Dockerfiles that make these: the program is in the image where it is looked
 * for, the user is the image's, ports are those that it exposes.
 *
 * @param repository the root of the repository.
 */
export function checkImages(rendered: Rendered, repository: string): Remark[] {
  return rendered.pods.flatMap((pod) =>
    containersOf(pod)
      .filter(({ container }) => isOurImage(container.image))
      .flatMap((at) => {
        const name =
          parseImage(at.container.image ?? "")
            .repository.split("/")
            .at(-1) ?? "";
        const recipe = readRecipe(repository, name);
        return recipe === null ? [] : containerRemarks(pod, at, recipe);
      }),
  );
}

function containerRemarks(pod: PodTemplate, at: ContainerAt, recipe: ImageRecipe): Remark[] {
  const { container, path } = at;
  const remarks = [];
  const remark = (rule: string, place: string, problem: string, fix: string): Remark => {
    return { object: pod.owner, rule, path: place, problem, fix };
  };
  const program = entryOf(container)?.file;
  if (program !== undefined) {
    const wanted = join(recipe.workingFolder, program);
    const holds = recipe.copied.some((copy) => wanted === copy || wanted.startsWith(`${copy}/`));
    if (!holds)
      remarks.push(
        remark(
          "image-holds-program",
          `${path}.command`,
          `${recipe.file} copies no ${wanted}`,
          `a program of the image, which holds ${recipe.copied.join(", ")}`,
        ),
      );
  }
  const asked = { ...pod.spec.securityContext, ...container.securityContext };
  const user = `${asked.runAsUser}:${asked.runAsGroup}`;
  if (user !== recipe.user)
    remarks.push(
      remark(
        "image-user-equal",
        `${path}.securityContext.runAsUser`,
        `the container runs as ${user}, ${recipe.file} says USER ${recipe.user}`,
        `runAsUser and runAsGroup ${recipe.user}, or the image's USER`,
      ),
    );
  const ports = container.ports ?? [];
  remarks.push(
    ...ports.flatMap(({ containerPort }, index) =>
      recipe.ports.includes(containerPort)
        ? []
        : [
            remark(
              "image-port-exposed",
              `${path}.ports[${index}].containerPort`,
              `${recipe.file} exposes ${recipe.ports.join(", ")}, not ${containerPort}`,
              `one of ${recipe.ports.join(", ")}, or EXPOSE ${containerPort}`,
            ),
          ],
    ),
  );
  return remarks;
}
