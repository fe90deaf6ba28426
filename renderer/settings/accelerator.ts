/** From a pressed key to an Electron accelerator, the text a global shortcut is registered by. */

export interface Pressed {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const NAMED: Readonly<Record<string, string>> = {
  Space: 'Space',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  Home: 'Home',
  End: 'End',
  PageUp: 'PageUp',
  PageDown: 'PageDown',
  Comma: ',',
  Period: '.',
  Slash: '/',
};

function keyName(code: string): string | null {
  const letter = /^(?:Key([A-Z])|Digit(\d))$/.exec(code);
  if (letter !== null) return letter[1] ?? letter[2] ?? null;
  if (/^F([1-9]|1\d|2[0-4])$/.test(code)) return code;
  return NAMED[code] ?? null;
}

/** The accelerator of a key press; null for one that would take a plain key from every program. */
export function acceleratorOf(pressed: Pressed): string | null {
  const key = keyName(pressed.code);
  if (key === null) return null;
  const held = [
    pressed.ctrlKey ? 'Control' : null,
    pressed.metaKey ? 'Super' : null,
    pressed.altKey ? 'Alt' : null,
    pressed.shiftKey ? 'Shift' : null,
  ].filter((name) => name !== null);
  const enough = pressed.ctrlKey || pressed.metaKey || pressed.altKey || /^F\d+$/.test(key);
  return enough ? [...held, key].join('+') : null;
}
