/** Why an export ended without its file. */
export type ExportFailure =
  | 'exists'
  | 'not-a-file'
  | 'no-folder'
  | 'not-writable'
  | 'disk-full'
  | 'cancelled'
  | 'pipe-closed'
  | 'changed'
  | 'failed';

/** Ends an export. The message is one sentence with the remedy, ready to be shown. */
export class ExportError extends Error {
  readonly reason: ExportFailure;

  constructor(reason: ExportFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ExportError';
    this.reason = reason;
  }
}

/** The system's error code (`ENOSPC`, `EPIPE`), or null for another kind of error. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/**
 * The sentence for what the file system answered.
 *
 * @param path the file the user asked for
 */
export function fileError(error: unknown, path: string): ExportError {
  if (error instanceof ExportError) return error;
  const code = errorCode(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new ExportError(
        'no-folder',
        `The folder of ${path} does not exist; create it or choose another.`,
        error,
      );
    case 'EISDIR':
      return new ExportError('not-a-file', `${path} is a folder; name a file inside it.`, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'EBUSY':
    case 'ETXTBSY':
      return new ExportError(
        'not-writable',
        `${path} may not be written; close it in other programs, mend its permissions or choose another folder.`,
        error,
      );
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new ExportError(
        'disk-full',
        `The disk has no room for ${path}, so nothing was written; free some space or choose another folder.`,
        error,
      );
    case 'ENAMETOOLONG':
      return new ExportError('failed', `The name of ${path} is too long; choose a shorter one.`, error);
    default:
      return new ExportError(
        'failed',
        `${path} could not be written (${code ?? String(error)}); try again or choose another folder.`,
        error,
      );
  }
}

/** The sentence for another's stream, such as standard output, that does not take what is written to it. */
export function outputError(error: unknown): ExportError {
  return new ExportError(
    'failed',
    `The output could not be written (${errorCode(error) ?? String(error)}); make room for it or choose another place.`,
    error,
  );
}

/** Whoever asked for the export has called it off. */
export function cancelled(): ExportError {
  return new ExportError('cancelled', 'The export was cancelled, so nothing was written.');
}
