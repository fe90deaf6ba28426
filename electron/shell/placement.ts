/**
 * Where the popover goes. Pure: rectangles in, a rectangle out, all in
 * Electron's device-independent pixels over the whole desktop.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Point, Size {}

export interface Screen {
  readonly bounds: Rect;
  /** What panels and taskbars leave. */
  readonly workArea: Rect;
}

export interface PlacementInput {
  readonly platform: NodeJS.Platform;
  readonly size: Size;
  /** All zero where the desktop does not tell, as on Linux; null without a tray. */
  readonly tray: Rect | null;
  readonly cursor: Point;
  /** At least one. */
  readonly displays: readonly Screen[];
}

/** Room between the popover and the panel or corner it belongs to. */
const GAP_PX = 8;

type Edge = 'top' | 'bottom' | 'left' | 'right';

const EDGES: readonly Edge[] = ['top', 'bottom', 'right', 'left'];

const right = (rect: Rect): number => rect.x + rect.width;
const bottom = (rect: Rect): number => rect.y + rect.height;
const center = (rect: Rect): Point => ({ x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 });

/** Distance from a point to a rectangle, 0 inside it. */
function distance(rect: Rect, { x, y }: Point): number {
  return Math.hypot(Math.max(rect.x - x, 0, x - right(rect)), Math.max(rect.y - y, 0, y - bottom(rect)));
}

function screenAt(displays: readonly Screen[], point: Point): Screen {
  return displays.reduce((best, next) =>
    distance(next.bounds, point) < distance(best.bounds, point) ? next : best,
  );
}

/** How thick a panel is on each edge. */
function panels({ bounds, workArea }: Screen): Record<Edge, number> {
  return {
    top: workArea.y - bounds.y,
    bottom: bottom(bounds) - bottom(workArea),
    left: workArea.x - bounds.x,
    right: right(bounds) - right(workArea),
  };
}

function nearestEdge({ bounds }: Screen, { x, y }: Point): Edge {
  const to: Record<Edge, number> = {
    top: y - bounds.y,
    bottom: bottom(bounds) - y,
    left: x - bounds.x,
    right: right(bounds) - x,
  };
  return EDGES.reduce((best, next) => (to[next] < to[best] ? next : best));
}

/** The edge with the panel the tray is in: the only one, else the one nearest to `point`. */
function panelEdge(screen: Screen, point: Point): Edge {
  const thickness = panels(screen);
  const present = EDGES.filter((edge) => thickness[edge] > 0);
  const [only] = present;
  if (only !== undefined && present.length === 1) return only;
  const nearest = nearestEdge(screen, point);
  return only === undefined || thickness[nearest] > 0 ? nearest : only;
}

/** Moves a rectangle inside the work area; cuts only what can never fit. */
function within(workArea: Rect, { x, y, width, height }: Rect): Rect {
  const w = Math.min(width, workArea.width);
  const h = Math.min(height, workArea.height);
  return {
    x: Math.round(Math.min(Math.max(x, workArea.x), right(workArea) - w)),
    y: Math.round(Math.min(Math.max(y, workArea.y), bottom(workArea) - h)),
    width: w,
    height: h,
  };
}

/** Beside the icon, on the inner side of the edge its panel is on. */
function beside(screen: Screen, edge: Edge, tray: Rect, { width, height }: Size): Point {
  const { workArea } = screen;
  const { x, y } = center(tray);
  // A taskbar that hides itself leaves the whole screen as work area: keep clear of the icon.
  const hidden = panels(screen)[edge] <= 0;
  switch (edge) {
    case 'top':
      return { x: x - width / 2, y: (hidden ? bottom(tray) : workArea.y) + GAP_PX };
    case 'bottom':
      return { x: x - width / 2, y: (hidden ? tray.y : bottom(workArea)) - height - GAP_PX };
    case 'left':
      return { x: (hidden ? right(tray) : workArea.x) + GAP_PX, y: y - height / 2 };
    case 'right':
      return { x: (hidden ? tray.x : right(workArea)) - width - GAP_PX, y: y - height / 2 };
  }
}

/**
 * In the corner where trays sit: the right end of a panel along the top or
 * bottom, the bottom end of one along a side. A cursor inside the panel has
 * just clicked there and tells the end.
 */
function corner({ workArea }: Screen, edge: Edge, cursor: Point, { width, height }: Size): Point {
  const inPanel = distance(workArea, cursor) > 0;
  const middle = center(workArea);
  const atLeft = edge === 'left' || (edge !== 'right' && inPanel && cursor.x < middle.x);
  const atTop = edge === 'top' || (edge !== 'bottom' && inPanel && cursor.y < middle.y);
  return {
    x: atLeft ? workArea.x + GAP_PX : right(workArea) - width - GAP_PX,
    y: atTop ? workArea.y + GAP_PX : bottom(workArea) - height - GAP_PX,
  };
}

/** Where the popover goes: moved to fit, never made smaller than what the work area demands. */
export function placePopover({ platform, size, tray, cursor, displays }: PlacementInput): Rect {
  const known = tray !== null && (tray.width > 0 || tray.height > 0) ? tray : null;
  const screen = screenAt(displays, known === null ? cursor : center(known));
  // macOS has its menu bar at the top whatever the Dock takes from the other edges.
  const edge = platform === 'darwin' ? 'top' : panelEdge(screen, known === null ? cursor : center(known));
  const at = known === null ? corner(screen, edge, cursor, size) : beside(screen, edge, known, size);
  return within(screen.workArea, { ...at, ...size });
}
