// Run by BrowserScriptTests, or by hand: node --test
import test from 'node:test';
import assert from 'node:assert/strict';
import { readPiece, pan, zoom, centre, hit, neighbour, niceStep, timeText, layout, underWay } from '../../src/RaceLab.Web/wwwroot/js/trackview.js';
import { strip, heights } from '../../src/RaceLab.Web/wwwroot/js/overview.js';
import { lineWidth } from '../../src/RaceLab.Web/wwwroot/js/paint.js';
import { readFrame } from '../../src/RaceLab.Web/wwwroot/js/frame.js';

// Two lanes; TrackEncoderTests reads the same bytes: worker 3 with two segments, worker 300 with one that began before the piece.
const piece = new Uint8Array([
  100, 0, 0, 0, 0x10, 0x27, 0, 0, 3, 0, 0, 0,
  3, 2, 10, 200, 1, 0, 0, 0, 0x80, 2, 1, 0x32, 7,
  0xa8, 2, 1, 99, 0xe8, 7, 2, 5,
]);

test('a piece reads as what was written', () => {
  const { from, to, segments } = readPiece(piece);
  assert.deepEqual([from, to], [100, 10000]);
  assert.deepEqual(segments, [
    { worker: 3, step: 0, start: 105, end: 305, mark: 'none', wait: 'none', rejection: 0 },
    { worker: 3, step: 1, start: 305, end: 561, mark: 'duplicate', wait: 'sampled', rejection: 7 },
    { worker: 300, step: 2, start: 50, end: 1050, mark: 'lost', wait: 'none', rejection: 0 },
  ]);
  assert.equal(readPiece(new Uint8Array(5)), null);
});

test('a frame has its pieces behind workers and points', () => {
  const frame = new Uint8Array(68 + 1 + 4 + piece.length + piece.length);
  frame[2] = 1;
  frame[69] = piece.length;
  frame.set(piece, 73);
  frame.set(piece, 73 + piece.length);
  const { track } = readFrame(frame);
  assert.deepEqual([...track.opening], [...piece]);
  assert.deepEqual([...track.newest], [...piece]);
  assert.equal(readFrame(frame.subarray(0, 69)).track, null);
});

test('the view stays within the race', () => {
  assert.deepEqual(pan({ from: 100, to: 300 }, -500, 1000), { from: 0, to: 200 });
  assert.deepEqual(pan({ from: 100, to: 300 }, 5000, 1000), { from: 800, to: 1000 });
  assert.deepEqual(zoom({ from: 0, to: 1000 }, 10, 500, 1000), { from: 0, to: 1000 });
});

test('zooming keeps a time in its place, down to single microseconds', () => {
  const near = zoom({ from: 0, to: 1000 }, 0.5, 250, 1000);
  assert.deepEqual(near, { from: 125, to: 625 });
  let view = { from: 0, to: 5e6 };
  for (let i = 0; i < 60; i++) view = zoom(view, 0.5, 1234567, 5e6);
  assert.equal(view.to - view.from, 20);
  assert.ok(view.from < 1234567 && view.to > 1234567);
});

test('a pointer finds the segment under it, or the nearest within its tolerance', () => {
  const segments = [{ worker: 0, start: 0, end: 10 }, { worker: 0, start: 20, end: 30 }, { worker: 1, start: 12, end: 14 }];
  assert.equal(hit(segments, 0, 12, 5), segments[0]);
  assert.equal(hit(segments, 0, 19, 5), segments[1]);
  assert.equal(hit(segments, 0, 15, 2), null);
  assert.equal(hit(segments, 1, 13, 0), segments[2]);
});

test('arrow keys go from step to step and stop at the ends', () => {
  const segments = [{ worker: 0, step: 0, start: 20, end: 30 }, { worker: 0, step: 1, start: 0, end: 10 }];
  assert.equal(neighbour(segments, 0, 15, 1, null), segments[0]);
  assert.equal(neighbour(segments, 0, 0, 1, segments[1]), segments[0]);
  assert.equal(neighbour(segments, 0, 0, 1, segments[0]), segments[0]);
  assert.equal(neighbour(segments, 5, 0, 1, null), null);
});

test('times have their unit', () => {
  assert.equal(niceStep(37), 50);
  assert.deepEqual([timeText(0, 1), timeText(7, 1), timeText(1311, 1), timeText(12500, 500), timeText(3e6, 1e6)], ['0', '7 us', '1.311 ms', '12.5 ms', '3 s']);
});

test('places and times are each other\'s inverse', () => {
  const place = layout(800, 400, 10, { from: 1000, to: 3000 }, 16);
  assert.ok(Math.abs(place.us(place.x(1700)) - 1700) < 1e-6);
  assert.equal(place.worker(399), 9);
});

test('a place of the strip over the race is put into the middle, within the race', () => {
  assert.deepEqual(centre({ from: 0, to: 100 }, 500, 1000), { from: 450, to: 550 });
  assert.deepEqual(centre({ from: 0, to: 100 }, 990, 1000), { from: 900, to: 1000 });
});

test('the strip covers the whole race, and its parts what is recorded of it', () => {
  const place = strip(400, 4, 500, 1000);
  assert.deepEqual(place.part(3), { x: 150, width: 50 });
  assert.equal(place.us(place.x(700)), 700);
  assert.equal(place.us(-5), 0);
  assert.deepEqual(heights([0, 1, 4]), [0, 0.5, 1]);
  assert.deepEqual(heights([0, 0]), [0, 0]);
});

test('a step under way begins where the last one that is known ended, and is at nobody who rests', () => {
  const segments = [{ worker: 0, start: 0, end: 400 }, { worker: 0, start: 400, end: 700 }, { worker: 2, start: 0, end: 1000 }];
  const open = underWay(segments, new Uint8Array([1, 2, 0, 254, 255]), 3, { from: 100, to: 1000 });
  assert.deepEqual(open.map(s => [s.worker, s.step, s.start, s.end]), [[0, 1, 700, 1000], [1, 2, 100, 1000]]);
});

test('lines grow with the letters', () => {
  assert.equal(lineWidth(16), 2);
  assert.ok(lineWidth(30) > 3);
});
