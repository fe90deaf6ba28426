// Does for an Electron without its default app what that app does: runs the folder named first among the arguments.
// Like there the program is awaited, so that one which waits for "ready" at its top level hangs here too.
import { app } from 'electron';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = resolve(process.argv.slice(1).find((word) => !word.startsWith('-')) ?? '.');
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
// @ts-expect-error Electron's own default app calls it, its types leave it out.
app.setAppPath(folder);
app.setName(manifest.productName ?? manifest.name);
// @ts-expect-error Likewise.
app.setVersion(manifest.version);
await import(pathToFileURL(join(folder, manifest.main)).href);
