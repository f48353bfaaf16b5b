import type { Finding } from './rules/finding.ts';
import { gateProcessRules, gateRules } from './rules/gate.ts';
import { slackRules, withoutEffect } from './rules/legacy.ts';
import { portRules, processRules } from './rules/servlets.ts';
import { mirrorRules, verdictRules } from './rules/test.ts';
import type { Values } from './schema.ts';

/** Everything that is wrong between settings that are each right. */
export function checkRules(values: Values): readonly Finding[] {
  return [
    ...portRules(values),
    ...processRules(values),
    ...gateRules(values),
    ...gateProcessRules(values),
    ...mirrorRules(values),
    ...verdictRules(values),
    ...slackRules(values),
    ...withoutEffect(values),
  ];
}
