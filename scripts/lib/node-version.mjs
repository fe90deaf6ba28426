// Imported first by every entry: it must parse in any Node that knows modules, and it runs before the rest.
import { readFileSync } from 'node:fs';

/**
 * @param {string} version of Node, such as "20.19.0"
 * @param {string} range of package.json's engines: one lower bound, such as ">=20.19"
 */
export function isNewEnough(version, range) {
  const wanted = range.replace('>=', '').split('.').map(Number);
  const given = version.split('.').map(Number);
  for (const [index, part] of wanted.entries()) {
    const own = given[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}

/** @type {{ engines: { node: string } }} */
const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
if (!isNewEnough(process.versions.node, engines.node)) {
  process.stderr.write(
    `Cost Tray needs Node ${engines.node.replace('>=', '')} or newer, this is ${process.versions.node}: install a newer one from https://nodejs.org.\n`,
  );
  process.exit(1);
}
