#!/usr/bin/env node
// Reads Initialization Packets and Continuation Segments with two independent box parsers and
// checks what the HESP Maximal Gain Profile asks of their boxes. Exit 0; 1 with one line for the
// first file that fails; 2 for wrong usage.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { readWithIsoboxer, readWithMp4box } from './parsers.mjs';
import { check, checkSame } from './rules.mjs';

const USAGE = 'usage: check-boxes.mjs [--packet FILE]... [--audio-packet FILE]... [--segment FILE]...';

function readArguments() {
  const option = { type: 'string', multiple: true, default: [] };
  const options = { packet: option, 'audio-packet': option, segment: option };
  const { values } = parseArgs({ options });
  return Object.entries(values).flatMap(([kind, files]) => files.map((file) => ({ kind, file })));
}

const PARSERS = { mp4box: readWithMp4box, 'codem-isoboxer': readWithIsoboxer };

// One parser after the other: what the first refuses, the second need not survive.
function checkFile({ kind, file }) {
  const data = readFileSync(file);
  const trees = [];
  let chunks = 0;
  for (const [parser, read] of Object.entries(PARSERS)) {
    try {
      const tree = read(data);
      chunks = check(kind, tree, data.length);
      trees.push(tree);
    } catch (error) {
      throw new Error(`${parser}: ${error.message}`, { cause: error });
    }
  }
  checkSame(...trees);
  return chunks;
}

function main() {
  let files;
  try {
    files = readArguments();
  } catch (error) {
    console.error(`${error.message.split('\n')[0]}; ${USAGE}`);
    return 2;
  }
  if (!files.length) {
    console.error(USAGE);
    return 2;
  }
  let chunks = 0;
  for (const entry of files) {
    try {
      chunks += checkFile(entry);
    } catch (error) {
      console.error(`${entry.file}: ${error.message.split('\n')[0]}`);
      return 1;
    }
  }
  console.log(`${files.length} files and ${chunks} chunks read by both parsers`);
  return 0;
}

process.exitCode = main();
