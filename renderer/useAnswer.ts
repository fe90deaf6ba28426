import { useEffect, useState } from 'react';

import type { CallInput, CallName, CallOutput, Outcome } from '../shared/ipc';
import { bridge } from './bridge';

type Asked<N extends CallName> = CallOutput<N> extends Outcome<infer T> ? Outcome<T> : never;

/**
 * The answer to a question put to main, asked again when `key` or `version`
 * changes. The last answer to the same key stands while the next is under way.
 */
export function useAnswer<N extends 'dayDetail' | 'resourceDetail'>(
  name: N,
  input: CallInput<N>,
  version: number,
): Asked<N> | null {
  const key = JSON.stringify(input);
  const [answer, setAnswer] = useState<{ readonly key: string; readonly value: Asked<N> } | null>(null);
  useEffect(() => {
    let current = true;
    const ask = JSON.parse(key) as CallInput<N>;
    bridge.call(name, ask).then(
      (value) => {
        if (current) setAnswer({ key, value: value as Asked<N> });
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [name, key, version]);
  return answer !== null && answer.key === key ? answer.value : null;
}
