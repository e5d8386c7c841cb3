// Runs before every root script, on whatever Node (18 or newer) the machine has: installs the dependencies when they do
// not match package-lock.json, and makes sure that the script itself will run on the Node 24 among them. Does nothing
// when all is there. Says everything on standard error: standard output belongs to the script.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const modules = join(root, 'node_modules');
const stamp = join(modules, '.bezel-installed');
const lock = join(root, '.bezel', 'install.lock');
const WANTED_NODE = 24;
const STALE_LOCK_MS = 30 * 60_000;

const say = (line) => process.stderr.write(`${line}\n`);
const fail = (message) => {
  say(`\n${message}`);
  process.exit(1);
};

if (process.platform === 'win32') {
  fail('Bezel runs on Linux, macOS and WSL. On Windows, use WSL 2: https://learn.microsoft.com/windows/wsl/install');
}
if (Number(process.versions.node.split('.')[0]) < 18) {
  fail(`This is Node ${process.version}; installing needs Node 18 or newer: https://nodejs.org`);
}
const lockFile = readFileSync(join(root, 'package-lock.json'), 'utf8');
const wanted = `${createHash('sha256').update(lockFile).digest('hex')} ${process.platform}-${process.arch}`;

if (!isInstalled()) {
  await withLock(async () => {
    if (!isInstalled()) {
      await install();
    }
  });
}

/** The stamp is ours; without it, what npm itself recorded of its last install is compared package by package. */
function isInstalled() {
  if (!existsSync(join(modules, '.bin', 'node'))) {
    return false;
  }
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
    return true;
  }
  if (!installedByNpm() || !isWantedNode()) {
    return false;
  }
  writeFileSync(stamp, wanted);
  return true;
}

function installedByNpm() {
  try {
    const installed = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages;
    return Object.entries(JSON.parse(lockFile).packages).every(
      ([path, { version, optional, peer }]) =>
        !path.includes('node_modules/') ||
        (installed[path] === undefined ? optional === true || peer === true : installed[path].version === version),
    );
  } catch {
    return false;
  }
}

function isWantedNode() {
  const { stdout } = spawnSync(join(modules, '.bin', 'node'), ['--version'], { encoding: 'utf8' });
  return Number(stdout?.match(/^v(\d+)/)?.[1]) >= WANTED_NODE;
}

async function install() {
  say('Installing dependencies (once; about a minute) …');
  const began = Date.now();
  const seconds = () => `${((Date.now() - began) / 1_000).toFixed(0)} s`;
  const npm = process.env.npm_execpath;
  const [file, ...args] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const child = spawn(file, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-8_000);
    });
  }
  const ticking = setInterval(() => say(`  … npm ci: ${seconds()}`), 10_000);
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      output += error.message;
      resolve(1);
    });
    child.on('close', resolve);
  });
  clearInterval(ticking);
  if (code !== 0) {
    fail(`npm ci failed after ${seconds()}:\n${output.trimEnd()}\n\nIs the npm registry reachable? Try "npm ping".`);
  }
  if (!isWantedNode()) {
    fail(
      `npm ci did not bring Node ${WANTED_NODE} (package "node"). Its install script must be allowed to run: ` +
        'check "npm config get ignore-scripts".',
    );
  }
  writeFileSync(stamp, wanted);
  say(`  ✓ dependencies installed (${seconds()})`);
}

/** One install at a time: a second one waits and then finds it done. A lock whose process is gone is taken over. */
async function withLock(work) {
  mkdirSync(dirname(lock), { recursive: true });
  let told = false;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') {
        fail(`cannot write to ${dirname(lock)}: ${error.message}`);
      }
      if (isStale()) {
        rmSync(lock, { force: true });
        continue;
      }
      if (!told) {
        told = true;
        say('Another install is under way in this checkout; waiting for it …');
      }
      await delay(300);
    }
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isStale() {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    if (Date.now() - statSync(lock).mtimeMs > STALE_LOCK_MS) {
      return true;
    }
    if (pid === 0) {
      return false; // being written
    }
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
