import { useVirtualizer } from '@tanstack/react-virtual';
import type { VirtualItem } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState } from 'react';
import type { CSSProperties, LiHTMLAttributes, RefAttributes, RefObject } from 'react';

interface Options<T> {
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  /** About how many px high a row is; each is measured once it is there. */
  readonly heightOf: (row: T) => number;
  /** What scrolls: the list shares it with all that stands above. It is what the list's place is counted from. */
  readonly scroller: RefObject<HTMLElement | null>;
}

type ItemProps = LiHTMLAttributes<HTMLLIElement> & RefAttributes<HTMLLIElement> & { 'data-index': number };

interface RowInSight<T> {
  readonly row: T;
  readonly key: string;
  /** For the row's `li`, which is `position: absolute` at the list's top. */
  readonly item: ItemProps;
}

interface RowsInSight<T> {
  /** For the `ul`, which stands in a section of the scroller's contents. */
  readonly list: RefObject<HTMLUListElement | null>;
  readonly style: CSSProperties;
  readonly shown: ReadonlyArray<RowInSight<T>>;
}

const OVERSCAN = 6;

/** Of a long list only the rows in sight and near; each tells its place among all. */
export function useRowsInSight<T>({ rows, keyOf, heightOf, scroller }: Options<T>): RowsInSight<T> {
  const list = useRef<HTMLUListElement>(null);
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    // What stands above the list changes in height with notices and legends, and the contents with it.
    const contents = list.current?.parentElement?.parentElement;
    if (contents === null || contents === undefined) return;
    const measure = (): void => setMargin(list.current?.offsetTop ?? 0);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(contents);
    return () => observer.disconnect();
  }, []);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index] === undefined ? 0 : heightOf(rows[index])),
    getItemKey: (index) => (rows[index] === undefined ? index : keyOf(rows[index])),
    overscan: OVERSCAN,
    scrollMargin: margin,
  });
  const item = ({ index, start }: VirtualItem): ItemProps => ({
    ref: virtual.measureElement,
    'data-index': index,
    'aria-setsize': rows.length,
    'aria-posinset': index + 1,
    style: { transform: `translateY(${start - margin}px)` },
  });
  return {
    list,
    style: { height: virtual.getTotalSize() },
    shown: virtual.getVirtualItems().flatMap((place) => {
      const row = rows[place.index];
      return row === undefined ? [] : [{ row, key: keyOf(row), item: item(place) }];
    }),
  };
}
