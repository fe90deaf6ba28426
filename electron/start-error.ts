/** Why the program cannot start, in words for the user: what is wrong, and the remedy. */
export class StartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StartError';
  }
}
