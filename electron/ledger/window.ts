import type { Page } from '../providers/adapter.js';
import { dayNumber } from '../../shared/day.js';
import type { DayRange } from '../../shared/day.js';
import { commitWindow, countMissing } from './commit.js';
import type { Database } from './driver.js';
import { SeenNames } from './names.js';
import { dropStaged, sizeOfStaged, stagePage, summarise } from './staging.js';
import type { Scope, WindowWriter } from './types.js';

/** @param writer a number that no other open writer of this database has */
export function openWindow(db: Database, writer: number, scope: Scope, window: DayRange): WindowWriter {
  const names = new SeenNames();
  const place = {
    writer,
    scope: BigInt(scope.id),
    from: BigInt(dayNumber(window.from)),
    to: BigInt(dayNumber(window.to)),
  };
  const restart = (): void => {
    dropStaged(db, writer);
    names.clear();
  };
  return {
    stage: (page: Page) => stagePage(db, writer, names, page),
    restart,
    summary: (days) => summarise(db, writer, names, days),
    total: () => summarise(db, writer, names, null),
    size: () => sizeOfStaged(db, writer),
    missing: () => countMissing(db, place, names),
    commit(options) {
      const result = commitWindow(db, place, names, options);
      restart();
      return result;
    },
    close: restart,
  };
}
