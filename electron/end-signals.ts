/** The system's ways to ask for the end: Ctrl-C, a polite kill, a terminal that closes. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Sent to a whole group, a signal comes again through npm and the launcher: no second one of the user. */
const ECHO_MS = 300;

type Source = Pick<NodeJS.EventEmitter, 'on' | 'off'>;

/** Ends the program in good order at the first signal; a second one ends it at once, as the system does. */
export class EndSignals {
  private heard = false;

  constructor(
    private readonly onFirst: () => void,
    private readonly source: Source = process,
  ) {}

  /** To be called again where Chromium, on its way to "ready", has put handlers of its own in place of all others. */
  listen(): void {
    // Only the first listener for a signal reaches the system.
    this.letGo();
    for (const signal of SIGNALS) this.source.on(signal, this.hear);
  }

  /** The listener: a signal was sent. */
  readonly hear = (): void => {
    if (this.heard) return;
    this.heard = true;
    setTimeout(() => this.letGo(), ECHO_MS).unref();
    this.onFirst();
  };

  private letGo(): void {
    for (const signal of SIGNALS) this.source.off(signal, this.hear);
  }
}
