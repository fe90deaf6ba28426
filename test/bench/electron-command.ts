export interface ElectronCommand {
  readonly path: string;
  readonly args: string[];
}

/** The Electron of COST_TRAY_ELECTRON with the program in a folder. */
export function electronCommand(folder: string): ElectronCommand {
  const path = process.env['COST_TRAY_ELECTRON'];
  if (path === undefined) throw new Error('COST_TRAY_ELECTRON names no Electron');
  return {
    path,
    args: ['--log-level=3', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), folder],
  };
}
