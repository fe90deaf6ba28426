import { createContext, useContext } from 'react';

import { createFormat } from './format';
import type { Format } from './format';

/** The user's way of writing numbers, made once from the settings. */
export const FormatContext = createContext<Format>(createFormat({ locale: null, hideAmounts: false }));

export function useFormat(): Format {
  return useContext(FormatContext);
}
