#!/usr/bin/env node
import { run } from "./run.ts";

try {
  process.exitCode = await run(process.argv.slice(2), {
    variables: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
} catch (error) {
  process.stderr.write(`tagboat: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
