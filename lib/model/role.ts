/** Which of the two versions a servlet serves. */
export type Role = 'running' | 'testing';

/** The word for a role in the base folder and in a servlet's environment; both are contracts. */
export const ROLE_WORDS: Readonly<Record<Role, 'running' | 'test'>> = {
  running: 'running',
  testing: 'test',
};
