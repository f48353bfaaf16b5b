import { acquireLock } from '../../lib/servlet/lock.ts';

// Takes the lock file given first, prints 'locked' or the error message, and holds the lock until it is killed.
const [path = '', flockCommand = 'flock'] = process.argv.slice(2);
try {
  await acquireLock(path, { flockCommand });
  console.log('locked');
  setInterval(() => {}, 1000);
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
}
