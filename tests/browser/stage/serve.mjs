// The files by a process of its own, for a network namespace: node serve.mjs ADDRESS prints the port, and serves until
// its standard input ends.
import { serveFiles } from "./files.mjs";

const { port, stop } = await serveFiles(process.argv[2]);
console.log(port);
process.stdin.resume().on("end", stop);
