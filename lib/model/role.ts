/** Which of the two versions a servlet serves. */
export type Role = 'running' | 'testing';

/** What a process does for users now: `previous` served them before the last promotion, and may again. */
export type InstanceRole = 'running' | 'test' | 'previous';

/** The word for a role in the base folder and in a servlet's environment; both are contracts. */
export const ROLE_WORDS: Readonly<Record<Role, 'running' | 'test'>> = {
  running: 'running',
  testing: 'test',
};
