/** Electron's side of the gallery: one window over a built page, served by the program's own protocol and policy. */
import { app, BrowserWindow, protocol } from 'electron';

import { APP_PAGE } from '../../electron/shell/app-url.js';
import { registerAppScheme, serveApp } from '../../electron/shell/protocol.js';

const folder = process.env['COST_TRAY_GALLERY_PAGE'];
if (folder === undefined) throw new Error('COST_TRAY_GALLERY_PAGE names no folder');
registerAppScheme(protocol);
// Electron gets ready only once this module has run to its end, so nothing in it may wait for that.
app.once('ready', () => {
  serveApp(protocol, folder);
  const window = new BrowserWindow({
    width: 400,
    height: 620,
    useContentSize: true,
    frame: false,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false },
  });
  void window.loadURL(`${APP_PAGE}?state=overview`);
});
