/** The locale to format in: the user's own choice where it is one, else the system's, as in the window. */
export function usableLocale(tag: string | null): string | undefined {
  if (tag === null) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

/** The local clock time of an instant, as the window writes it. */
export function clockTime(time: number, numberLocale: string | null): string {
  return new Intl.DateTimeFormat(usableLocale(numberLocale), { timeStyle: 'short' }).format(time);
}
