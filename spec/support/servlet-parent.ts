import { instanceFiles, makeInstance, pidRecordFolderOf, startServlet } from './servlets.ts';

// A stand-in for Vili that is going to be killed: starts one servlet per argument pair
// (id, mode) of the fixture server in the base given first, then waits for its end.
const [base = '', server = '', ...modes] = process.argv.slice(2);
const pids = modes.map((mode, index) => {
  const instance = makeInstance(base, `app-1.0.0/${index + 1}_test`);
  const files = instanceFiles(instance.folder, instance.id);
  return startServlet(base, [process.execPath, server, mode], { instance: files }).pid;
});
console.log(JSON.stringify({ pids, pidRecords: pidRecordFolderOf(base) }));
setInterval(() => {}, 1000);
