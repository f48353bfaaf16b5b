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
