/**
 * One thing about a base of the Go program. `adopts`: what Vili goes on with; `keeps`: what others rely on and finds the same;
 * `differs`: what works in another way; `first`: what to do before Vili is started.
 */
export interface Migration {
  readonly kind: 'adopts' | 'keeps' | 'differs' | 'first';
  readonly what: string;
  readonly text: string;
}
