import type { CSSProperties } from 'react';

interface Props {
  readonly id: string;
  /** Which series it is, in the order in which they are stacked. */
  readonly index: number;
  readonly colour: string;
}

/** Upright, level, dotted: the slant is a provisional day's. The first is plain. */
const SHAPES = [
  'M0 0h4v4h-4z',
  'M0 0h4v2h-4z',
  'M0 0h2v4h-2z',
  'M1 1h2v2h-2z',
  'M0 0h4v1h-3v3h-1z',
  'M0 0h2v2h-2zM2 2h2v2h-2z',
  'M0 0h4v3h-4z',
] as const;

/** A series' own pattern, for forced colours, which has too few of them to tell all series apart. */
export function Texture({ id, index, colour }: Props) {
  return (
    <pattern id={id} width="4" height="4" patternUnits="userSpaceOnUse">
      <path d={SHAPES[index % SHAPES.length]} fill={colour} />
    </pattern>
  );
}

/** For what is filled with the texture of that id in forced colours, beside the class `textured`. */
export function textureStyle(id: string): CSSProperties {
  return { '--texture': `url(#${id})` } as CSSProperties;
}
