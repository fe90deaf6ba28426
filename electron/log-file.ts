import log from 'electron-log/main.js';

/**
 * The program's notes go into a file and nowhere else: what stands on standard
 * error is for the user. Where the file cannot be written they are lost.
 */
export function logInto(file: string): void {
  log.transports.file.resolvePathFn = () => file;
  log.transports.console.level = false;
  // Its own failures electron-log prints whatever the level.
  log.transports.console.writeFn = () => undefined;
}
