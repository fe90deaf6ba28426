/**
 * The tray icon as pure data: a small bar gauge.
 *
 * With a budget its level is the month's share of it; without one it shows
 * three bars. Outline only: the numbers are stale, or there are none. Over
 * budget it is another shape, a full gauge with an arrow that leaves it at the
 * top. A dot at the corner says that something needs the user.
 */
import { needsUser } from '../../shared/faults.js';
import type { AppState } from '../../shared/model.js';
import { isStale } from '../../shared/policy/staleness.js';
import { Canvas, arrowHead, circle, rectangle, rounded, without } from './raster.js';
import type { Colour } from './raster.js';

/** `template`: black and alpha, which macOS colours itself. Else the glyph's own tone. */
export type IconTone = 'template' | 'light' | 'dark';

export type IconBody =
  | { readonly kind: 'outline' }
  | { readonly kind: 'bars' }
  /** 0–1. */
  | { readonly kind: 'level'; readonly share: number }
  | { readonly kind: 'over' };

export interface IconState {
  readonly body: IconBody;
  readonly mark: boolean;
}

export type IconSource = Pick<AppState, 'overview' | 'settings' | 'secretStore' | 'ledgerNotice'>;

/** Levels that can be told apart at the smallest size; finer ones would only redraw. */
const LEVELS = 10;

const GLYPHS: Readonly<Record<IconTone, Colour>> = {
  template: [0, 0, 0, 255],
  light: [255, 255, 255, 255],
  dark: [32, 34, 38, 255],
};

/** What the icon says of all that is known. */
export function iconState({ overview, settings, secretStore, ledgerNotice }: IconSource): IconState {
  const watched = overview.connections.filter(({ removed }) => !removed);
  const outdated = watched.some(
    ({ state, lastSuccess }) =>
      state === 'stale' ||
      (lastSuccess !== null && isStale(lastSuccess, settings.cadenceMinutes, overview.generatedAt)),
  );
  const mark =
    ledgerNotice !== null ||
    (secretStore === 'denied' && watched.length > 0) ||
    watched.some(({ fault }) => fault !== null && needsUser(fault.kind));
  return { body: bodyOf(overview, outdated), mark };
}

function bodyOf(overview: AppState['overview'], outdated: boolean): IconBody {
  const { budget, monthToDate } = overview;
  if (budget?.over === true) return { kind: 'over' };
  if (outdated || monthToDate.known === 'none') return { kind: 'outline' };
  if (budget === null) return { kind: 'bars' };
  // A level of nothing would look like an outline, which says "stale".
  return { kind: 'level', share: Math.min(Math.max(budget.share, 1 / LEVELS), 1) };
}

/** Equal for icons that look the same: redraw only when it changes. */
export function iconKey({ body, mark }: IconState, tone: IconTone): string {
  const level = body.kind === 'level' ? Math.round(body.share * LEVELS) : '';
  return `${tone} ${body.kind}${level}${mark ? ' mark' : ''}`;
}

/** The icon as PNG, `size` pixels on each side. */
export function drawIcon({ body, mark }: IconState, tone: IconTone, size: number): Buffer {
  const glyph = GLYPHS[tone];
  const canvas = new Canvas(size);
  const line = Math.max(1, Math.round(size / 13));
  const width = 2 * Math.round(size * 0.4);
  const left = (size - width) / 2;
  const top = Math.round(size / 16);
  const height = size - 2 * top;
  const radius = Math.max(2, Math.round(size / 7));
  const frame = rounded(left, top, width, height, radius);
  const inset = line + Math.max(1, Math.round(size / 16));
  const inner = {
    left: left + inset,
    top: top + inset,
    width: width - 2 * inset,
    height: height - 2 * inset,
  };

  if (body.kind === 'over') {
    canvas.fill(frame, glyph);
    drawArrow(canvas, size, inner);
  } else {
    const hole = rounded(
      left + line,
      top + line,
      width - 2 * line,
      height - 2 * line,
      Math.max(1, radius - line),
    );
    canvas.fill(without(frame, hole), glyph);
    if (body.kind === 'bars') drawBars(canvas, inner, glyph);
    if (body.kind === 'level') {
      const level = Math.round(Math.round(body.share * LEVELS) * (inner.height / LEVELS));
      canvas.fill(rectangle(inner.left, inner.top + inner.height - level, inner.width, level), glyph);
    }
  }
  if (mark) drawMark(canvas, size, glyph);
  return canvas.toPng();
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Three rising bars, on whole pixels. */
function drawBars(canvas: Canvas, { left, top, width, height }: Box, glyph: Colour): void {
  const gap = Math.max(1, Math.round(width / 8));
  const bar = Math.floor((width - 2 * gap) / 3);
  const start = left + Math.floor((width - 3 * bar - 2 * gap) / 2);
  [0.4, 0.65, 0.95].forEach((share, index) => {
    const tall = Math.round(height * share);
    canvas.fill(rectangle(start + index * (bar + gap), top + height - tall, bar, tall), glyph);
  });
}

/** An arrow upwards, cut out of the full gauge. */
function drawArrow(canvas: Canvas, size: number, { top, width, height }: Box): void {
  const centre = size / 2;
  const head = Math.round(height * 0.55);
  canvas.clear(arrowHead(centre, top, width + 1, head));
  const shaft = 2 * Math.max(1, Math.round(width / 6));
  canvas.clear(rectangle(centre - shaft / 2, top + head - 1, shaft, height - head + 1));
}

/** A dot at the lower right corner, with a rim of nothing round it. */
function drawMark(canvas: Canvas, size: number, glyph: Colour): void {
  const radius = size * 0.21;
  const centre = size - radius;
  canvas.clear(circle(centre, centre, radius + Math.max(1, size / 14)));
  canvas.fill(circle(centre, centre, radius), glyph);
}
