import type { Page } from '../providers/adapter.js';
import { dayNumber } from '../../shared/day.js';
import type { DayRange } from '../../shared/day.js';
import { commitWindow, countMissing } from './commit.js';
import type { Database } from './driver.js';
import { SeenNames } from './names.js';
import { Staging } from './staging.js';
import type { Scope, WindowWriter } from './types.js';

/** @param writer a number that no other open writer of this database has */
export function openWindow(db: Database, writer: number, scope: Scope, window: DayRange): WindowWriter {
  const names = new SeenNames();
  const staging = new Staging(db, writer, names);
  const place = {
    scope: BigInt(scope.id),
    from: BigInt(dayNumber(window.from)),
    to: BigInt(dayNumber(window.to)),
  };
  return {
    stage: (page: Page) => staging.stage(page),
    restart: () => staging.clear(),
    total: () => staging.summarise(),
    size: () => staging.size(null),
    missing: () => countMissing(db, place, staging, names),
    commit(options) {
      const result = commitWindow(db, place, staging, names, options);
      staging.clear();
      return result;
    },
    close: () => staging.clear(),
  };
}
