// Runs a module of another project with stand-ins for what it imports.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function readInput() {
  const [directory, file] = process.argv.slice(2);
  return { directory, ...JSON.parse(readFileSync(file, 'utf8')) };
}

// What the text gives when its imports are the stand-ins and its default export is returned.
export function runModule(directory, path, standIns) {
  const text = readFileSync(join(directory, path), 'utf8')
    .replace(/^import .*$/gm, '')
    .replace(/^export default /m, 'return ');
  return new Function(...Object.keys(standIns), text)(...Object.values(standIns));
}

// The part of dash.js's core that its rules are made with.
export const FactoryMaker = {
  getClassFactory: (part) => (context) => ({ create: (config) => part.call({ context }, config) }),
  getSingletonFactory(part) {
    let instance;
    return (context) => ({ getInstance: () => (instance ??= part.call({ context })) });
  },
};

const silent = { debug() {}, info() {}, warn() {}, error(problem) { throw problem; } };
export const Debug = () => ({ getInstance: () => ({ getLogger: () => silent }) });

export function makeEventBus() {
  const handlers = {};
  const bus = {
    on(name, handler) { handlers[name] = handler; },
    off() {},
    trigger(name, event) { handlers[name]?.(event); },
  };
  return { EventBus: () => ({ getInstance: () => bus }), bus };
}

export const moment = (us) => ({ getTime: () => us / 1000 });

export const SAFETY = 0.9; // what dash.js trusts of a throughput
