import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
export const BUILT = join(ROOT, 'node_modules/.cache/cost-tray/component');
