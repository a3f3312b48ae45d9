// Which Python distributions are installed at which version, read from the names of their folders without starting Python.
import { readdir } from 'node:fs/promises';

const INFO = /^(?<name>.+?)-(?<version>[^-]+)(?:-py[\d.]+)?\.(?:dist-info|egg-info)$/;

/** The name under which a distribution is known, whatever its spelling: `Jupyter_Client` is `jupyter-client`. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/**
 * Versions by normalised name of everything installed in the folders of an interpreter's search path. As in an import,
 * the earlier folder wins. Folders that cannot be read hold nothing.
 */
export async function installedVersions(searchPath: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const versions = new Map<string, string>();
  for (const folder of searchPath) {
    const names = await readdir(folder).catch((): string[] => []);
    for (const entry of names.sort()) {
      const { name, version } = INFO.exec(entry)?.groups ?? {};
      if (name === undefined || version === undefined) continue;
      if (!versions.has(normalName(name))) versions.set(normalName(name), version);
    }
  }
  return versions;
}
