import type { CallOutput } from '../../shared/ipc';
import { plural } from '../format';

type Lacking = Pick<
  Extract<CallOutput<'exportCsv'>, { ok: true }>['value'],
  'unknownDays' | 'daysInPart' | 'unreportedDays'
>;

/** What an export lacks: "2 days not known yet, 1 day known only in part." Empty where it lacks nothing. */
export function lackingText({ unknownDays, daysInPart, unreportedDays }: Lacking): string {
  const lacking = [
    ...(unknownDays > 0 ? [`${plural(unknownDays, 'day')} not known yet`] : []),
    ...(daysInPart > 0 ? [`${plural(daysInPart, 'day')} known only in part`] : []),
    ...(unreportedDays > 0 ? [`${plural(unreportedDays, 'day')} not reported by the vendor yet`] : []),
  ];
  return lacking.length === 0 ? '' : `${lacking.join(', ')}.`;
}
