import { plural } from '../format';

/**
 * What an export lacks: "2 days not known yet, 1 day known only in part." Empty where it lacks nothing.
 *
 * @param unknownDays of which a connection has nothing in the file
 * @param daysInPart of which the file has the charges so far
 */
export function lackingText(unknownDays: number, daysInPart: number): string {
  const lacking = [
    ...(unknownDays > 0 ? [`${plural(unknownDays, 'day')} not known yet`] : []),
    ...(daysInPart > 0 ? [`${plural(daysInPart, 'day')} known only in part`] : []),
  ];
  return lacking.length === 0 ? '' : `${lacking.join(', ')}.`;
}
