// Draws a race while it runs: the numbers, the workers, the charts. Everything that is drawn comes ready-made in frames.
import uPlot from '../../lib/uplot/uPlot.esm.js';
import { readFrame, pointOf, betweenAttempts, done } from '../../js/frame.js';
import { palette, fit, drawStep, rem, lineWidth } from '../../js/paint.js';
import { paintTrack } from '../../js/track.js';
import { readPiece, timeText, underWay } from '../../js/trackview.js';

/** What is seen of a fast race jumps from moment to moment: not more often than this. */
const calmMs = 500;
const rollingUs = 1_000_000;

const numbers = new Intl.NumberFormat('en-US');
const charts = {
  rate: { unit: '', series: [{ column: 1, tone: 'sky', fill: true }] },
  latency: { unit: ' ms', series: [{ column: 2, tone: 'sky' }, { column: 3, tone: 'orange', dash: [6, 3] }, { column: 4, tone: 'purple', dash: [2, 3] }] },
  duplicates: { unit: '', whole: true, series: [{ column: 5, tone: 'vermillion', fill: true, stepped: true }] },
};

export function create(root) {
  let colour = palette(root);
  let setup = { steps: [], workers: 0, seconds: null };
  let columns = empty();
  let frame = null;
  let track = noTrack();
  let scheduled = false;
  const plots = new Map();

  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => { scheduled = false; paint(); });
  };

  function paint() {
    if (!root.isConnected) return;
    paintNumbers(root, frame);
    paintWorkers(root.querySelector('[data-workers]'), setup, frame, colour);
    paintLiveTrack(root, track, setup, frame, colour);
    for (const [name, plot] of plots) plot.setData([columns[0], ...charts[name].series.map(s => columns[s.column])]);
  }

  function rebuild() {
    for (const plot of plots.values()) plot.destroy();
    plots.clear();
    for (const place of root.querySelectorAll('[data-chart]')) {
      plots.set(place.dataset.chart, chart(place, charts[place.dataset.chart], colour, () => setup.seconds));
    }
    schedule();
  }

  const repaint = () => { colour = palette(root); rebuild(); };
  const sizes = new ResizeObserver(entries => {
    for (const { target } of entries) plots.get(target.dataset.chart)?.setSize(sizeOf(target));
    schedule();
  });
  root.querySelectorAll('[data-chart], [data-workers], [data-track]').forEach(element => sizes.observe(element));
  addEventListener('racelab-look', repaint);
  const onShow = event => {
    const chosen = event.target.closest?.('[data-track-show]');
    if (!chosen) return;
    show(chosen.dataset.trackShow);
    schedule();
  };
  const show = which => {
    track.shows = which;
    for (const button of root.querySelectorAll('[data-track-show]')) button.setAttribute('aria-pressed', button.dataset.trackShow === which);
  };
  root.addEventListener('click', onShow);
  rebuild();

  return {
    /** A new race, or none yet: what its steps look like, how many workers, and how long it takes if that is known. */
    prepare(next) {
      setup = next;
      columns = empty();
      frame = null;
      track = noTrack();
      show(matchMedia('(prefers-reduced-motion: reduce)').matches ? 'opening' : 'newest');
      schedule();
    },

    /** One frame. That this returns tells the lab that it has arrived. */
    draw(bytes) {
      const next = readFrame(bytes);
      if (!next) return;
      if (next.points) columns = next.points;
      else pointOf(next).forEach((value, column) => columns[column].push(value));
      frame = next;
      takeTrack(track, next);
      schedule();
    },

    dispose() {
      removeEventListener('racelab-look', repaint);
      root.removeEventListener('click', onShow);
      sizes.disconnect();
      for (const plot of plots.values()) plot.destroy();
    },
  };
}

const empty = () => [[], [], [], [], [], []];
const noTrack = () => ({ shows: 'newest', opening: { from: 0, to: 0, segments: [] }, newest: [], view: null, changed: 0 });

/** The first moments grow, and the newest push out those that are older than what is ever shown. */
function takeTrack(track, frame) {
  const opening = readPiece(frame.track?.opening);
  if (opening) track.opening = frame.isSnapshot ? opening : { from: 0, to: opening.to, segments: [...track.opening.segments, ...opening.segments] };
  const newest = readPiece(frame.track?.newest);
  if (newest) track.newest = [...track.newest.filter(piece => piece.to > newest.to - rollingUs), newest];
}

/** The newest moments: the last second of a race of which all is there, otherwise as much as the last frame has. */
function newestView(track, now) {
  const last = track.newest.at(-1);
  if (!last) return null;
  let from = last.from;
  for (const piece of track.newest.toReversed()) if (piece.to >= from - 1000) from = Math.min(from, piece.from);
  if (now - from > rollingUs / 4) return { from: Math.max(0, now - rollingUs), to: now, rolls: true };
  return { from: last.from, to: Math.max(last.to, last.from + 20), rolls: false };
}

function paintLiveTrack(root, track, setup, frame, colour) {
  const canvas = root.querySelector('[data-track]');
  if (!canvas?.clientWidth || !setup.workers) return;
  let view = { from: 0, to: Math.max(20, track.opening.to) };
  let segments = track.opening.segments;
  let covered = track.opening;
  if (track.shows === 'newest' && track.newest.length > 0) {
    const next = newestView(track, Math.max(track.newest.at(-1).to, frame.elapsedMs * 1000));
    if (!track.view || next.rolls || performance.now() - track.changed > calmMs) {
      track.view = next;
      track.changed = performance.now();
    }
    view = track.view;
    segments = track.newest.flatMap(piece => piece.segments);
    if (view.rolls) segments = [...segments, ...underWay(segments, frame.steps, setup.steps.length, view)];
    covered = null;
  }
  paintTrack(canvas, { segments, workers: setup.workers, steps: setup.steps, view, covered }, colour);
  const drawn = root.querySelector('[data-track-drawn]');
  const text = segments.length === 0 ? '' : `Drawn: ${timeText(Math.round(view.from), 1)} to ${timeText(Math.round(view.to), 1)}.`;
  if (drawn && drawn.textContent !== text) drawn.textContent = text;
}

function paintNumbers(root, frame) {
  root.dataset.frame = frame ? frame.number : 0;
  for (const place of root.querySelectorAll('[data-live]')) {
    const text = liveText(place.dataset.live, frame);
    if (place.textContent === text) continue;
    place.textContent = text;
    if (place.dataset.live !== 'duplicates') continue;
    place.style.setProperty('--digits', Math.max(3, text.length));
    place.classList.toggle('some', frame?.duplicates > 0);
    if (frame?.duplicates > 0 && !matchMedia('(prefers-reduced-motion: reduce)').matches) {
      place.animate([{ transform: 'translateY(-0.03em)' }, { transform: 'none' }], { duration: 140, easing: 'ease-out' });
    }
  }
  const progress = root.querySelector('[data-progress]');
  if (progress) progress.value = frame ? frame.progress : 0;
}

function liveText(name, frame) {
  if (name === 'duplicates') return !frame ? '0' : frame.duplicates === null ? '–' : numbers.format(frame.duplicates);
  if (!frame) return '–';
  const value = name === 'elapsed' ? frame.elapsedMs : frame[name];
  if (value === null || value === undefined) return '–';
  if (name === 'elapsed') return value < 1000 ? `${value} ms` : `${(value / 1000).toFixed(1)} s`;
  if (name === 'attemptsPerSecond') return `${numbers.format(Math.round(value))}/s`;
  if (name.startsWith('p')) return `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : numbers.format(Math.round(value))} ms`;
  return numbers.format(value);
}

function paintWorkers(canvas, setup, frame, colour) {
  if (!canvas || !canvas.clientWidth) return;
  const { pen, width, height } = fit(canvas);
  const count = frame ? frame.steps.length : setup.workers;
  if (!count) return;
  const cell = cellSize(count, width, height);
  const rows = Math.ceil(count / Math.floor(width / cell));
  const across = Math.ceil(count / rows);
  const gap = Math.max(2, cell * 0.1);
  const side = cell - gap;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.font = `600 ${Math.max(8, side * 0.42)}px ${colour('sans')}`;
  for (let worker = 0; worker < count; worker++) {
    const x = (worker % across) * cell + gap / 2;
    const y = Math.floor(worker / across) * cell + gap / 2;
    paintCell(pen, x, y, side, frame ? frame.steps[worker] : betweenAttempts, setup, colour);
  }
}

function paintCell(pen, x, y, side, at, setup, colour) {
  const step = setup.steps[at];
  pen.fillStyle = colour('cell');
  pen.beginPath();
  pen.roundRect(x, y, side, side, 3);
  pen.fill();
  if (step) drawStep(pen, x, y, side, side, step, colour, 3, 0.78);
  const label = step ? step.label : at === done ? '✓' : '·';
  if (side < 13) return;
  pen.fillStyle = colour(step && step.shape === 'block' ? 'tone-ink' : 'cell-ink');
  pen.fillText(label, x + side / 2, step?.shape === 'block' || !step ? y + side / 2 + 0.5 : y + side * (step.shape === 'half' ? 0.37 : 0.4));
}

/** The largest square cell with which so many fit into the rectangle. */
function cellSize(count, width, height) {
  const largest = 3 * rem();
  for (let cell = largest; cell > 6; cell -= 0.5) {
    if (Math.floor(width / cell) * Math.floor(height / cell) >= count) return cell;
  }
  return 6;
}

function sizeOf(place) {
  return { width: Math.max(60, place.clientWidth), height: Math.max(60, place.clientHeight) };
}

function chart(place, { unit, whole, series }, colour, seconds) {
  const size = rem();
  const axis = {
    stroke: colour('muted'),
    font: `${size * 0.72}px ${colour('sans')}`,
    grid: { stroke: colour('grid'), width: 1 },
    ticks: { show: false },
  };
  const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
  return new uPlot({
    ...sizeOf(place),
    padding: [size * 0.5, size * 0.9, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: (plot, low, high) => [0, Math.max(seconds() ?? 1, high ?? 1)] },
      y: { range: (plot, low, high) => [0, Math.max(whole ? 4 : unit ? 1 : 10, (high ?? 0) * 1.08)] },
    },
    axes: [
      { ...axis, size: size * 1.5, space: size * 3, values: (plot, marks) => marks.map(mark => `${mark} s`) },
      { ...axis, size: size * (unit ? 3.4 : 2.8), space: size * 1.9, incrs: whole ? [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000, 100000] : undefined,
        values: (plot, marks) => marks.map(mark => compact.format(mark) + unit) },
    ],
    series: [{}, ...series.map(s => ({
      stroke: colour(s.tone),
      width: lineWidth(size),
      dash: s.dash,
      fill: s.fill ? `color-mix(in srgb, ${colour(s.tone)} 16%, transparent)` : undefined,
      paths: s.stepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
      points: { show: false },
      spanGaps: true,
    }))],
  }, [[], ...series.map(() => [])], place);
}
