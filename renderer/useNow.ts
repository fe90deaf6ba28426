import { useEffect, useState } from 'react';

/**
 * The time, in milliseconds since 1970, renewed every `everyMs` while the
 * window can be seen: a hidden popover has no timer.
 */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    let timer: number | null = null;
    const stop = (): void => {
      if (timer !== null) window.clearInterval(timer);
      timer = null;
    };
    const start = (): void => {
      stop();
      if (document.hidden) return;
      setNow(Date.now());
      timer = window.setInterval(() => setNow(Date.now()), everyMs);
    };
    start();
    document.addEventListener('visibilitychange', start);
    return () => {
      stop();
      document.removeEventListener('visibilitychange', start);
    };
  }, [everyMs]);
  return now;
}
