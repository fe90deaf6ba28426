import type { GlobalShortcut } from 'electron';

/** `taken`: another program or the system has it. `invalid`: no key combination. */
export type ShortcutOutcome = 'none' | 'registered' | 'taken' | 'invalid';

/** The one global key combination that opens the popover. */
export class Shortcut {
  readonly #system: Pick<GlobalShortcut, 'register' | 'unregister'>;
  readonly #onPress: () => void;
  #current: string | null = null;

  constructor(system: Pick<GlobalShortcut, 'register' | 'unregister'>, onPress: () => void) {
    this.#system = system;
    this.#onPress = onPress;
  }

  /** Changes the combination; where the new one cannot be had, the old one stays. */
  set(accelerator: string | null): ShortcutOutcome {
    if (accelerator === this.#current) return accelerator === null ? 'none' : 'registered';
    const outcome = accelerator === null ? 'none' : this.#register(accelerator);
    if (outcome === 'taken' || outcome === 'invalid') return outcome;
    if (this.#current !== null) this.#system.unregister(this.#current);
    this.#current = accelerator;
    return outcome;
  }

  dispose(): void {
    if (this.#current !== null) this.#system.unregister(this.#current);
    this.#current = null;
  }

  #register(accelerator: string): 'registered' | 'taken' | 'invalid' {
    try {
      return this.#system.register(accelerator, this.#onPress) ? 'registered' : 'taken';
    } catch {
      // Electron throws for text that is no accelerator.
      return 'invalid';
    }
  }
}
