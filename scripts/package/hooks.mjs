// What electron-builder does not do by itself. Named in electron-builder.yml.
import { FuseV1Options, FuseVersion } from '@electron/fuses';
import { chmodSync, copyFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {import('electron-builder').AfterPackContext} Context
 */

/**
 * An unpacked Electron brings what runs other programs in development; a package runs nothing but its own.
 * @param {Context} context
 */
export function afterExtract({ appOutDir, electronPlatformName }) {
  if (electronPlatformName === 'darwin') return;
  for (const part of ['resources/app', 'resources/default_app.asar', 'version'])
    rmSync(join(appOutDir, part), { recursive: true, force: true });
}

/**
 * Sets the fuses. Here and not in electron-builder.yml, since that would set them after the Linux program got its
 * launcher in front.
 * @param {Context} context
 */
export async function afterPack(context) {
  const { appOutDir, electronPlatformName, packager } = context;
  await packager.addElectronFuses(context, {
    version: FuseVersion.V1,
    resetAdHocDarwinSignature: electronPlatformName === 'darwin',
    [FuseV1Options.RunAsNode]: false,
    [FuseV1Options.EnableCookieEncryption]: true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: false,
    // Linux has no such check.
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: electronPlatformName !== 'linux',
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  });
  if (electronPlatformName === 'linux') putLauncherInFront(appOutDir);
}

/** @param {string} folder */
function putLauncherInFront(folder) {
  const program = join(folder, 'cost-tray');
  renameSync(program, `${program}-bin`);
  copyFileSync(join(import.meta.dirname, 'cost-tray'), program);
  chmodSync(program, 0o755);
}
