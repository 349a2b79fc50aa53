/** How wide a camera is drawn to look, in degrees; its lens is not known. */
const VIEW_DEGREES = 60;
const RADIUS_PX = 34;

/** A circle's sector around a direction, in degrees clockwise from north, as an SVG path around 0 0. */
export function wedge(direction: number): string {
  const point = (degrees: number) => {
    const { x, y } = wedgeTip(degrees);
    return `${x} ${y}`;
  };
  const from = point(direction - VIEW_DEGREES / 2);
  const to = point(direction + VIEW_DEGREES / 2);
  return `M0 0 L${from} A${RADIUS_PX} ${RADIUS_PX} 0 0 1 ${to} Z`;
}

/** Where the middle of a sector's arc lies. */
export function wedgeTip(direction: number): { x: number; y: number } {
  const radians = ((direction - 90) * Math.PI) / 180;
  return { x: round(Math.cos(radians) * RADIUS_PX), y: round(Math.sin(radians) * RADIUS_PX) };
}

/** The direction in which a point lies, in whole degrees clockwise from north, 0 to 359. */
export function bearing(dx: number, dy: number): number {
  return Math.round((Math.atan2(dx, -dy) * 180) / Math.PI + 360) % 360;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
