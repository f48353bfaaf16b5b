import { once } from 'node:events';
import { inheritLock } from '../../lib/servlet/lock.ts';

// Inherits the lock file given first as descriptor 3; takes the name of its socket once it is sent a line, and holds both.
const [path = ''] = process.argv.slice(2);
const lock = inheritLock(path, 3);
console.log('inherited');
await once(process.stdin, 'data');
await lock.takeName();
console.log('named');
setInterval(() => {}, 1000);
