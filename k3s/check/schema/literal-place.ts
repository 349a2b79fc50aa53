import ts from "typescript";

/** The innermost object literal that holds a position, or null. */
export function objectLiteralAt(
  source: ts.SourceFile,
  position: number,
): ts.ObjectLiteralExpression | null {
  for (const node of chainAt(source, position).reverse()) {
    if (ts.isObjectLiteralExpression(node)) return node;
  }
  return null;
}

/** The place in the JSON document that a position in its literal means: `spec.containers[0].image`. */
export function jsonPathAt(source: ts.SourceFile, position: number): string {
  let path = "";
  const chain = chainAt(source, position);
  for (const [index, node] of chain.entries()) {
    if (ts.isPropertyAssignment(node)) {
      const name = ts.isStringLiteral(node.name) ? node.name.text : node.name.getText(source);
      if (/^[\w-]+$/.test(name)) path += path === "" ? name : `.${name}`;
      else path += `[${JSON.stringify(name)}]`;
    } else if (ts.isArrayLiteralExpression(node)) {
      const at = node.elements.indexOf(chain[index + 1] as ts.Expression);
      if (at >= 0) path += `[${at}]`;
    }
  }
  return path;
}

/** The nodes from the file down to the one at a position. */
function chainAt(source: ts.SourceFile, position: number): ts.Node[] {
  const chain: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (position < node.getStart(source) || position >= node.getEnd()) return;
    chain.push(node);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return chain;
}
