import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

/** What Maven Central calls a jar. */
export interface MavenArtifact {
  readonly group: string;
  readonly name: string;
  readonly version: string;
}

export interface MavenOptions {
  /** The program. */
  readonly mvn: string;
  readonly signal: AbortSignal;
  /** Told what Maven says, line by line. */
  readonly onLine: (line: string) => void;
}

/**
 * Gets jars and all they depend on into `<folder>/libs`; what was asked for stays beside it in `pom.xml`. Throws
 * `ProgramFailedError` with the last lines of Maven.
 */
export async function mavenJars(
  artifacts: readonly MavenArtifact[],
  folder: string,
  { mvn, signal, onLine }: MavenOptions,
): Promise<void> {
  const pom = join(folder, 'pom.xml');
  const libs = join(folder, 'libs');
  await writeFile(pom, pomOf(artifacts));
  await mkdir(libs);
  await run(mvn, ['--batch-mode', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${libs}`], {
    cwd: folder,
    signal,
    onLine: (line) => onLine(line.replace(/^\[INFO\] ?/, '')),
  });
}

const pomOf = (artifacts: readonly MavenArtifact[]): string => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>bezel</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
${artifacts.map(dependencyOf).join('\n')}
  </dependencies>
</project>
`;

const dependencyOf = ({ group, name, version }: MavenArtifact): string =>
  `    <dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
