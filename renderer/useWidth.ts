import { useCallback, useState } from 'react';
import type { RefCallback } from 'react';

/**
 * The width in px of an element without padding: known before its first paint, kept
 * up to date, and of whichever element bears the ref now. While that is not shown it
 * is the last one: what is drawn to it is there at once when it is shown again.
 */
export function useWidth(): readonly [ref: RefCallback<HTMLElement>, width: number] {
  const [width, setWidth] = useState(0);
  const ref = useCallback((element: HTMLElement | null) => {
    if (element === null) return;
    const measure = (): void => {
      if (element.clientWidth > 0) setWidth(element.clientWidth);
    };
    // An observer is heard only after a paint: what it adds then moves all below it.
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
