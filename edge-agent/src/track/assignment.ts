/**
 * Pairs rows with columns so that the sum of their scores is the largest possible (the linear
 * assignment problem), by the Hungarian method with potentials (Kuhn 1955, Munkres 1957), O(n^3).
 *
 * @param scores `scores[row][column]`, 0 where the two must not be paired.
 * @returns for each row its column, or -1.
 */
export function assign(scores: readonly (readonly number[])[]): number[] {
  const rows = scores.length;
  const columns = scores[0]?.length ?? 0;
  const size = Math.max(rows, columns);
  const cost = (row: number, column: number) => 1 - (scores[row - 1]?.[column - 1] ?? 0);
  const rowPotential = new Float64Array(size + 1);
  const columnPotential = new Float64Array(size + 1);
  const rowOfColumn = new Int32Array(size + 1);
  const cameFrom = new Int32Array(size + 1);
  const at = (array: Float64Array | Int32Array, index: number) => array[index] ?? 0;
  for (let row = 1; row <= size; row++) {
    rowOfColumn[0] = row;
    let column = 0;
    const slack = new Float64Array(size + 1).fill(Number.POSITIVE_INFINITY);
    const visited = new Uint8Array(size + 1);
    do {
      visited[column] = 1;
      const current = at(rowOfColumn, column);
      let delta = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let j = 1; j <= size; j++) {
        if (visited[j] === 1) continue;
        const reduced = cost(current, j) - at(rowPotential, current) - at(columnPotential, j);
        if (reduced < at(slack, j)) {
          slack[j] = reduced;
          cameFrom[j] = column;
        }
        if (at(slack, j) < delta) {
          delta = at(slack, j);
          next = j;
        }
      }
      for (let j = 0; j <= size; j++) {
        if (visited[j] === 1) {
          const owner = at(rowOfColumn, j);
          rowPotential[owner] = at(rowPotential, owner) + delta;
          columnPotential[j] = at(columnPotential, j) - delta;
        } else {
          slack[j] = at(slack, j) - delta;
        }
      }
      column = next;
    } while (at(rowOfColumn, column) !== 0);
    while (column !== 0) {
      const before = at(cameFrom, column);
      rowOfColumn[column] = at(rowOfColumn, before);
      column = before;
    }
  }
  const columnOfRow = new Array<number>(rows).fill(-1);
  for (let column = 1; column <= columns; column++) {
    const row = at(rowOfColumn, column) - 1;
    const score = scores[row]?.[column - 1] ?? 0;
    if (score > 0) columnOfRow[row] = column - 1;
  }
  return columnOfRow;
}
