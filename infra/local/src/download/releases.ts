import type { Archive } from './archive.ts';

/** The versions this stack is built and tested with. */
export const VERSIONS = {
  postgres: '18',
  kafka: '4.3.0',
  /** Promtool's module, which is Prometheus 3.5.0; Debian's package may hold an older one. */
  prometheus: '0.305.0',
  /** Of the CLI, which holds the development server. */
  temporal: '1.5.1',
  /**
   * Of the SQLite driver in a development server that is built here. The one that the CLI asks for (1.34.1) may keep an
   * interrupt for ever: the server then answers every question with "interrupted (9)" until it is started again. The
   * server has this one since its 1.31 (temporalio/temporal#9198).
   */
  temporalSqlite: '1.44.3',
  /** Of the full server. */
  temporalServer: '1.31.2',
  /** Of the web UI beside the full server: a later one wants a later Go than 1.26.5. */
  temporalUi: '2.54.0',
} as const;

/** Temporal's releases on GitHub; the address may be replaced by a mirror (BEZEL_TEMPORAL_RELEASES). */
export function temporalArchive(platform: NodeJS.Platform, arch: string, base?: string): Archive | null {
  const os = { linux: 'linux', darwin: 'darwin' }[platform as string];
  const cpu = { x64: 'amd64', arm64: 'arm64' }[arch];
  if (os === undefined || cpu === undefined) {
    return null;
  }
  const version = VERSIONS.temporal;
  const folder = `${base ?? 'https://github.com/temporalio/cli/releases/download'}/v${version}`;
  return {
    url: `${folder}/temporal_cli_${version}_${os}_${cpu}.tar.gz`,
    checksum: { url: `${folder}/checksums.txt`, algorithm: 'sha256' },
  };
}

/**
 * Apache's download network first, then its archive, where every release stays. The checksum always comes from Apache
 * itself. The addresses may be replaced by a mirror (BEZEL_KAFKA_RELEASES).
 */
export function kafkaArchives(base?: string): readonly Archive[] {
  const file = `kafka_2.13-${VERSIONS.kafka}.tgz`;
  const path = `kafka/${VERSIONS.kafka}/${file}`;
  const from = (archive: string, checksum: string): Archive => ({
    url: `${archive}/${path}`,
    checksum: { url: `${checksum}/${path}.sha512`, algorithm: 'sha512' },
  });
  if (base !== undefined) {
    return [from(base, base)];
  }
  const kept = 'https://archive.apache.org/dist';
  return [from('https://dlcdn.apache.org', 'https://downloads.apache.org'), from(kept, kept)];
}
