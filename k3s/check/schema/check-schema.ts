import type { KubeObject } from "../document/kube-object.ts";
import type { Rendered } from "../document/rendered.ts";
import { typeFaults } from "./model-types.ts";
import { valueFaults } from "./model-values.ts";
import type { SchemaFault } from "./schema-fault.ts";

/** A fault with the object that has it. */
export interface ObjectFault extends SchemaFault {
  target: string;
  object: KubeObject;
}

/** Every object of every target against its kind's schema; the same object is checked once. */
export async function checkSchema(all: readonly Rendered[]): Promise<ObjectFault[]> {
  const unique = new Map<string, KubeObject>();
  for (const { objects } of all) {
    for (const object of objects) unique.set(JSON.stringify(object), object);
  }
  const objects = [...unique.values()];
  const byTypes = typeFaults(objects);
  const byKey = new Map<string, SchemaFault[]>();
  for (const [index, [key, object]] of [...unique].entries()) {
    const faults = byTypes[index] ?? [];
    const places = new Set(faults.map(({ path }) => path));
    // Where both found something, the types say it better.
    const values = (await valueFaults(object)).filter(({ path }) => !places.has(path));
    byKey.set(key, [...faults, ...values]);
  }
  return all.flatMap(({ target, objects: own }) =>
    own.flatMap((object) =>
      (byKey.get(JSON.stringify(object)) ?? []).map((fault) => ({ ...fault, target, object })),
    ),
  );
}
