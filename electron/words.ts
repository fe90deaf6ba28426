/** Which of the process's arguments are meant for the program. */
import { resolve } from 'node:path';

/** Chromium's switches that launchers and test drivers put in front; everything else is ours to judge. */
const CHROMIUM_SWITCH =
  /^--(no-sandbox|ozone-|log-level|remote-debugging-|disable-|enable-|force-|use-|gtk-|user-data-dir|lang=|proxy-|inspect|no-zygote|in-process-gpu|allow-|original-process-start-time|password-store|type=)/;

/**
 * From a checkout the words follow the program's folder; packaged they follow
 * the program itself, Chromium's own switches in front of them left out.
 *
 * @param appPath the program's folder or archive
 */
export function programWords(argv: readonly string[], appPath: string, packaged: boolean): string[] {
  if (!packaged) {
    const folder = argv.findIndex(
      (word, index) => index > 0 && !word.startsWith('-') && resolve(word) === appPath,
    );
    return folder === -1 ? [] : argv.slice(folder + 1);
  }
  const words = argv.slice(1);
  const first = words.findIndex((word) => !CHROMIUM_SWITCH.test(word));
  return first === -1 ? [] : words.slice(first);
}

export type Mode =
  | { readonly kind: 'tray' }
  /** `visit`: the window led into it, and leads back. */
  | { readonly kind: 'demo'; readonly once: string | null; readonly visit: boolean }
  | { readonly kind: 'words'; readonly words: readonly string[] };

/** What starts demo mode again as a visit from the window. */
export const VISIT_WORDS: readonly string[] = ['--demo', '--visit'];

export function modeOf(words: readonly string[]): Mode {
  if (words.length === 0) return { kind: 'tray' };
  if (words[0] === '--demo') {
    if (words.length === 1) return { kind: 'demo', once: null, visit: false };
    if (words.length === 2 && words[1] === VISIT_WORDS[1]) return { kind: 'demo', once: null, visit: true };
    const folder = words[2];
    if (words.length === 3 && words[1] === '--once' && folder !== undefined)
      return { kind: 'demo', once: folder, visit: false };
  }
  return { kind: 'words', words };
}
