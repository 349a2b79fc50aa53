import type { KubeObject } from "../document/kube-object.ts";
import { modelModule, OWN_TYPES } from "./model-module.ts";
import type { SchemaFault } from "./schema-fault.ts";

interface ModelClass {
  new (data: KubeObject): { validate(): void };
}

interface AjvError {
  instancePath: string;
  message?: string;
  params?: { allowedValues?: unknown[] };
}

/** Checks an object's values (enumerations, quantities, formats) by the models' own validators. */
export async function valueFaults(object: KubeObject): Promise<SchemaFault[]> {
  const { apiVersion, kind } = object;
  if (OWN_TYPES[`${apiVersion}/${kind}`] !== undefined) return [];
  const module = (await import(modelModule(apiVersion, kind)).catch(() => ({}))) as Record<
    string,
    ModelClass | undefined
  >;
  const Model = module[kind];
  // The types have said already that there is no such kind.
  if (Model === undefined) return [];
  try {
    new Model(object).validate();
    return [];
  } catch (error) {
    const told = (error as { errors?: AjvError[] }).errors;
    if (told === undefined) throw error;
    const faults = new Map<string, SchemaFault>();
    for (const fault of told.map(faultOf)) {
      const before = faults.get(fault.path);
      // Of several words about one place (each branch of a choice has its own) a format says most.
      if (before === undefined || fault.problem.includes("format")) faults.set(fault.path, fault);
    }
    return [...faults.values()];
  }
}

function faultOf({ instancePath, message = "is not valid", params }: AjvError): SchemaFault {
  const path = pathOf(instancePath);
  if (message.includes('"quantity"')) {
    return { path, problem: message, fix: "a quantity: 500m, 2, 512Mi or 1Gi" };
  }
  const allowed = params?.allowedValues;
  return { path, problem: message, fix: allowed ? `one of ${allowed.join(", ")}` : message };
}

/** `/spec/containers/0/image` as `spec.containers[0].image`. */
function pathOf(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce((path, step) => {
      if (/^\d+$/.test(step)) return `${path}[${step}]`;
      if (!/^[\w-]+$/.test(step)) return `${path}[${JSON.stringify(step)}]`;
      return path === "" ? step : `${path}.${step}`;
    }, "");
}
