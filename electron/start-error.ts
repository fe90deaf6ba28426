/** Why the program cannot start, in words for the user: what is wrong, and the remedy. */
export class StartError extends Error {
  /** @param isWrongUse the user has said something that cannot be; else something on the computer is amiss */
  constructor(
    message: string,
    readonly isWrongUse = false,
  ) {
    super(message);
    this.name = 'StartError';
  }
}
