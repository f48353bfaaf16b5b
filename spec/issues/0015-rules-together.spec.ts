import { expect } from 'chai';
import { compareRules } from '../../config/formats/compare-rules.ts';
import { DEFAULT_COMPARE_SETTINGS } from '../support/default-settings.ts';
import { withTest } from '../support/mirror-kit.ts';

const RULES =
  '* unordered $.groups; * unordered $.groups[].tags; * tolerance $.groups[].score 0.5; * ignore $..at';
const PAIRS = 40;

interface Group {
  readonly id: number;
  readonly tags: readonly string[];
  readonly score: number;
  readonly at: number;
  readonly note?: string;
}

describe('Issue 15: rules of comparison are applied together', () => {
  it('finds responses equal that are shuffled on two levels, with scores and times that vary', async () => {
    const differences = await differencesOf((group) => group);
    expect(differences).to.deep.equal([]);
  });

  it('tells a field that one element lost as that field, and nothing else', async () => {
    const differences = await differencesOf(({ id, tags, score, at }) => ({ id, tags, score, at }));
    expect(differences).to.deep.equal(['missing $.groups[].note']);
  });
});

// Private

/** The kinds and places in which testing's responses, changed by `change`, differ from running's. */
async function differencesOf(change: (group: Group) => Group): Promise<readonly string[]> {
  const rules = compareRules.parse(RULES);
  const compare = { ...DEFAULT_COMPARE_SETTINGS, rules, values: 'block' as const, controlShare: 0 };
  const found = new Set<string>();
  let asked = 0;
  const body = (round: number, of: (group: Group) => Group) =>
    Buffer.from(JSON.stringify({ groups: groups(round).map(of) }));
  await withTest(
    (_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(body(++asked, change));
    },
    { compare },
    async ({ offer, until, outcomes }) => {
      const responseBody = body(0, (group) => group);
      for (let pair = 0; pair < PAIRS; pair++) {
        offer({ requestId: `r${pair}`, responseBody, responseBytes: responseBody.length });
      }
      await until(() => outcomes.length === PAIRS);
      for (const { differences } of outcomes) {
        for (const { kind, path } of differences) found.add(`${kind} ${path}`);
      }
    },
  );
  return [...found];
}

/** The same data in another order each time. */
function groups(round: number): readonly Group[] {
  const list = Array.from({ length: 12 }, (_, id): Group => {
    const tags = turned(['red', 'green', `tag-${id % 5}`], round + id);
    const group = { id, tags, score: id / 4 + ((round + id) % 3) / 10, at: round };
    return id % 4 === 0 ? { ...group, note: 'limited' } : group;
  });
  return turned(list, round * 5).toReversed();
}

function turned<T>(list: readonly T[], by: number): readonly T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
