import { expect } from 'chai';
import * as fc from 'fast-check';
import { signatureOf, templateOf, topFrame } from '../../../../lib/logs/classify/signature.ts';

describe('the template of a message', () => {
  const same: readonly (readonly [string, string])[] = [
    ['order 17 took 12 ms', 'order 99812 took 1.5 ms'],
    [
      'user 1b4e28ba-2fa1-11d2-883f-0016d3cca427 left',
      'user 9f3e28ba-2fa1-11d2-883f-0016d3cca4aa left',
    ],
    ['at 2026-11-22T08:48:11.708Z stopped', 'at 2026-11-23T09:00:00Z stopped'],
    ['no item "abc def"', 'no item "x"'],
    ["no item 'abc'", "no item 'x y z'"],
    ['token deadbeefcafe refused', 'token 00ff17aa refused'],
    ['key V1StGXR8_Z5jdHi6B lost', 'key a9 lost'],
    ['ids [1, 2, 3] missing', 'ids [7] missing'],
    ['mail to ann@example.com failed', 'mail to bob.b@other.org failed'],
    ['peer 10.0.0.1:4711 gone', 'peer 192.168.100.200:80 gone'],
  ];
  for (const [one, other] of same) {
    it(`is the same for "${one}" and "${other}"`, () => {
      expect(templateOf(one)).to.equal(templateOf(other));
    });
  }

  it('differs for different words', () => {
    expect(templateOf('cannot open file')).to.not.equal(templateOf('cannot close file'));
  });

  it('is bounded for any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500 }), (text) => {
        expect(templateOf(text.repeat(30)).length).to.be.at.most(160);
      }),
    );
  });

  it('takes hardly any time for hostile text', () => {
    const started = process.cpuUsage();
    for (const piece of [
      '"',
      "'",
      '`',
      '*,',
      'a@',
      'a',
      'a-',
      'f',
      '1-',
      ' \t',
      '\n',
      '(',
      'at ',
    ]) {
      const text = piece.repeat(500_000);
      for (let i = 0; i < 20; i += 1) signatureOf({ msg: text, logger: text, stack: text });
    }
    // 260 lines; a pattern that backtracks needs 10 ms or more for each.
    expect(process.cpuUsage(started).user / 1000).to.be.below(1500);
  });
});

describe('the top frame of a stack', () => {
  it('has the function and file of a Java frame without its line', () => {
    const stack =
      'java.lang.Error: x\n\tat com.example.Orders.find(Orders.java:42)\n\tat b.C.d(C.java:1)';
    expect(topFrame(stack)).to.equal('com.example.Orders.find (Orders.java)');
  });

  it('omits the folder of a Node frame, which contains the version', () => {
    const first =
      'Error: boom\n    at find (file:///srv/inventory-1.4.2/1_test/inventory.mjs:2:66)';
    const second =
      'Error: boom\n    at find (file:///srv/inventory-1.5.0/2_test/inventory.mjs:9:1)';
    expect(topFrame(first)).to.equal('find (inventory.mjs)');
    expect(topFrame(second)).to.equal(topFrame(first));
    expect(topFrame('Error: x\n    at file:///srv/app/logs.mjs:2:66')).to.equal('logs.mjs');
  });

  it('is the innermost call of a Python trace, which is printed last', () => {
    const stack =
      'Traceback (most recent call last):\n  File "/srv/app/l.py", line 17, in <module>\n    go()\n' +
      '  File "/srv/app/shop.py", line 7, in go\n    1/0\nZeroDivisionError: division by zero';
    expect(topFrame(stack)).to.equal('go (shop.py)');
  });

  it('is found in a Go stack', () => {
    const stack = 'main.find\n\t/srv/app/main.go:6\nruntime.main\n\t/usr/lib/go/proc.go:250';
    expect(topFrame(stack)).to.equal('main.find (main.go)');
  });

  it('is empty where there is none', () => {
    expect(topFrame('java.lang.Error: x')).to.equal('');
  });
});

describe('the signature of a line', () => {
  it('combines logger, message template and top frame', () => {
    const entry = {
      level: 'ERROR',
      logger_name: 'com.example.Orders',
      message: 'order 17 not found',
      stack_trace: 'java.lang.Error: x\n\tat com.example.Orders.find(Orders.java:42)',
    };
    expect(signatureOf(entry)).to.equal(
      'com.example.Orders | order * not found | com.example.Orders.find (Orders.java)',
    );
  });

  it('prefers the message template of the log writer', () => {
    const entry = { '@mt': 'Order {Id} failed', '@m': 'Order bob failed', '@l': 'Error' };
    expect(signatureOf(entry)).to.equal('Order {Id} failed');
  });

  it('is bounded for any entry', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (name, msg, stack) => {
        const entry = {
          name: name.repeat(99),
          msg: msg.repeat(99),
          stack: `\n at ${stack.repeat(99)}`,
        };
        expect(signatureOf(entry).length).to.be.at.most(310);
      }),
    );
  });
});

describe('the signature of an error in two processes of one build', () => {
  const texts: readonly (readonly [what: string, one: string, other: string])[] = [
    ['a set in another order', 'x is not one of b, a, c', 'x is not one of c, b, a'],
    ['two elements of a set', 'expected left or right', 'expected right or left'],
    ['names of several words', 'one of [New York, Rome] needed', 'one of [Rome, New York] needed'],
    ['a set as Go prints it', 'unknown keys [b a c]', 'unknown keys [c a b]'],
    ['a map in another order', 'bad {b=x, a=y}', 'bad {a=y, b=x}'],
    ['another hash code', 'lost shop.Order@cafeb', 'lost shop.Order@1f2e3d'],
    ['another lambda', 'no bean shop.A$$Lambda$14/0x08 x', 'no bean shop.A$$Lambda$271/0x09 x'],
    ['another temporary file', 'cannot read /tmp/tmpabcdefgh/x', 'cannot read /tmp/tmpq_w_erty/x'],
    ['another minified variable', 'e.map is not a function', 't.map is not a function'],
  ];
  for (const [what, one, other] of texts) {
    it(`is the same with ${what}`, () => {
      expect(signatureOf({ msg: one })).to.equal(signatureOf({ msg: other }));
    });
  }

  const frames: readonly (readonly [what: string, one: string, other: string])[] = [
    ['minified', 'at e.t (/app/main.4f2a91bc.js:1:99)', 'at n.xA (/app/main.77aa02cd.js:1:87)'],
    ['of a chunk', 'at find (/a/chunk-QWERTYUI.js:1:9)', 'at find (/a/chunk-ASDFGHJK.js:1:2)'],
    ['of vite', 'at find (/a/index-DiwrgTda.js:1:9)', 'at find (/a/index-x_Y8sQpZ.js:1:2)'],
    ['of a numbered chunk', 'at find (/a/42.js:1:9)', 'at find (/a/977.js:1:2)'],
    ['partly minified', 'at Xa.render (/a/main.js:1:9)', 'at b.render (/a/main.js:1:2)'],
    [
      'generated',
      'at shop.A$$SpringCGLIB$$0.go(<generated>)\n\tat shop.B.go(B.java:1)',
      'at shop.A$$FastClass$$1.go(<generated>)\n\tat shop.B.go(B.java:2)',
    ],
  ];
  for (const [what, one, other] of frames) {
    it(`is the same with a frame that is ${what}`, () => {
      const [first, second] = [`Error: x\n\t${one}`, `Error: x\n\t${other}`];
      expect(topFrame(first)).to.equal(topFrame(second));
    });
  }

  it('still tells different errors and different places apart', () => {
    const signatures = [
      { msg: 'cannot cast Integer to String' },
      { msg: 'cannot cast String to Integer' },
      { msg: 'x is not one of a, b, c' },
      { msg: 'x is not one of a, b, d' },
      { msg: 'order.map is not a function' },
      { msg: 'boom', stack: 'Error\n    at find (/a/shop.js:1:1)' },
      { msg: 'boom', stack: 'Error\n    at find (/a/cart.js:1:1)' },
      { msg: 'boom', stack: 'Error\n    at save (/a/cart.js:1:1)' },
    ].map(signatureOf);
    expect(new Set(signatures).size).to.equal(signatures.length);
  });
});
