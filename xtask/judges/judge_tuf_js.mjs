#!/usr/bin/env node
// Judge: tuf-js, the client inside npm, which knows nothing of this project.
//
// usage: node judge_tuf_js.mjs METADATA_URL TARGETS_URL ROOT_JSON TARGET_PATH [OUT_FILE [CACHE_DIR]]
//
// ROOT_JSON is the root that the client trusts from the start. CACHE_DIR keeps the metadata for the
// next run, as a real client does; without it every run is a first run. OUT_FILE may be - for none.
// The environment variable VESTRY_TUF_JS_DIR names the folder that holds node_modules.
//
// exit 0: found, downloaded, verified
//      1: refused
//      2: the judge itself could not run
//      3: the metadata is good and lists no such target
//      4: something could not be fetched, so there is no verdict
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [VERIFIED, REFUSED, CANNOT_RUN, NO_SUCH_TARGET, NOT_FETCHED] = [0, 1, 2, 3, 4];

function loadUpdater() {
  const folder = process.env.VESTRY_TUF_JS_DIR;
  // Node's own resolver of modules ignores NODE_PATH, so the folder is named by a file in it.
  return createRequire(folder ? join(folder, 'judge.js') : import.meta.url)('tuf-js').Updater;
}

// The client wraps what went wrong in errors of its own, so that only here it is known what was not fetched.
let missed;
const plainFetch = globalThis.fetch;
globalThis.fetch = async (url, options) => {
  missed = `${url} gave no answer`;
  const response = await plainFetch(url, options);
  const body = await response.arrayBuffer();
  missed = response.ok ? undefined : `${url} answered ${response.status}`;
  return new Response(body, { status: response.status });
};

function meaning(error) {
  if (missed) return ['NOT FETCHED', NOT_FETCHED, missed];
  const isLocal = error?.syscall || error?.constructor?.name === 'PersistError';
  return isLocal ? ['CANNOT RUN', CANNOT_RUN, ''] : ['REFUSED', REFUSED, ''];
}

const withoutSlash = (url) => url.replace(/\/+$/, '');

async function judge(Updater, [metadataUrl, targetsUrl, root, path, out, cache], scratch) {
  const metadataDir = cache ?? join(scratch, 'metadata');
  const targetDir = join(scratch, 'targets');
  mkdirSync(metadataDir, { recursive: true });
  mkdirSync(targetDir);
  const trusted = join(metadataDir, 'root.json');
  if (!existsSync(trusted)) copyFileSync(root, trusted);
  const client = new Updater({
    metadataDir,
    metadataBaseUrl: withoutSlash(metadataUrl),
    targetDir,
    targetBaseUrl: withoutSlash(targetsUrl),
    config: { fetchRetries: 0, fetchRetry: 0 },
  });
  await client.refresh();
  const info = await client.getTargetInfo(path);
  if (!info) {
    console.error(`ABSENT tuf-js: no target ${path}`);
    return NO_SUCH_TARGET;
  }
  const file = out && out !== '-' ? out : join(targetDir, 'out');
  await client.downloadTarget(info, file);
  console.log(`OK tuf-js: ${path}, ${info.length} bytes`);
  return VERIFIED;
}

async function main(args) {
  if (args.length < 4 || args.length > 6) {
    console.error('usage: judge_tuf_js.mjs METADATA_URL TARGETS_URL ROOT_JSON TARGET_PATH [OUT_FILE [CACHE_DIR]]');
    return CANNOT_RUN;
  }
  let Updater;
  try {
    Updater = loadUpdater();
  } catch (error) {
    console.error(`CANNOT RUN tuf-js: ${error?.message}`);
    return CANNOT_RUN;
  }
  if (!existsSync(args[2])) {
    console.error(`CANNOT RUN tuf-js: no root file at ${args[2]}`);
    return CANNOT_RUN;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'tuf-js-'));
  try {
    return await judge(Updater, args, scratch);
  } catch (error) {
    const [word, code, why] = meaning(error);
    console.error(`${word} tuf-js: ${error?.name}: ${error?.message} ${why}`.trimEnd());
    return code;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.slice(2));
