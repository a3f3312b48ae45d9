#!/usr/bin/env node
// The entry of the program: answers what needs nothing loaded, else hands over to main.
import * as nodeModule from 'node:module';
import { realDeps } from './deps.ts';

// Node 22 and newer can keep compiled code between runs.
const { enableCompileCache } = nodeModule as { enableCompileCache?: () => void };
enableCompileCache?.();

const deps = realDeps();
if (deps.argv.length === 1 && (deps.argv[0] === '--version' || deps.argv[0] === '-V')) {
  const { version } = await import('./version.ts');
  deps.stdout.write(`${version}\n`);
} else {
  const { main } = await import('./main.ts');
  deps.setExitCode(await main(deps));
}
