/** Classes that are seen most and keep their digit wherever the model knows them. */
const COMMON = ["person", "bicycle", "car", "motorcycle", "bus", "truck", "dog", "cat", "bird"];

/**
 * The classes of the digits 1 to 9, by their number in the model: the common ones in their order,
 * then the model's others in its own order. At most nine; fewer where the model knows fewer.
 */
export function digitClasses(names: readonly string[]): number[] {
  const common = COMMON.map((name) => names.indexOf(name)).filter((classId) => classId >= 0);
  const others = names.map((_, classId) => classId).filter((classId) => !common.includes(classId));
  return [...common, ...others].slice(0, 9);
}
