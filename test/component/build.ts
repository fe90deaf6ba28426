import { buildGallery } from '../gallery/window';
import { BUILT, ROOT } from './place';

/** Run by vitest before the first file. */
export default function setup(): Promise<void> {
  return buildGallery(ROOT, BUILT);
}
