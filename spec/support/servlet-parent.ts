import { startServlet } from './servlets.ts';

// Stands in for a Vili that will be killed. Arguments: the base, the fixture server, then modes of that server. It
// starts one servlet per mode, prints the pids and waits for its own end.
const [base = '', server = '', ...modes] = process.argv.slice(2);
const pids = modes.map(
  (mode, index) =>
    startServlet(base, [process.execPath, server, mode], { id: `app-1.0.0/${index + 1}_test` }).pid,
);
console.log(JSON.stringify({ pids }));
setInterval(() => {}, 1000);
