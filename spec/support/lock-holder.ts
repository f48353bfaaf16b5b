import { acquireLock } from '../../lib/servlet/lock.ts';

// Takes the lock named first, says 'locked' or the code of the error, and holds it until its end.
const [path = '', flockCommand = 'flock'] = process.argv.slice(2);
try {
  await acquireLock(path, { flockCommand });
  console.log('locked');
  setInterval(() => {}, 1000);
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
}
