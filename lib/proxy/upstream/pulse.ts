/** What is known without asking of whether running responds: counted in place, since every request passes here. */
export class Pulse {
  /** How often bytes of running arrived. */
  heard = 0;
  /** Requests that running has whole and has not responded to with a single byte. */
  waiting = 0;
}
