// Moves over the track of a race that is over, and draws it. What a step was, and what is to be drawn, the lab says.
import { palette } from '../../js/paint.js';
import { layoutOf, paintTrack } from '../../js/track.js';
import { readPiece, pan, zoom, centre, hit, neighbour } from '../../js/trackview.js';
import { paintOverview, strip } from '../../js/overview.js';

const settleMs = 160;

export function create(canvas, glance, lab) {
  let colour = palette(canvas);
  let picture = null;
  let scheduled = false;
  let settling = 0;
  let asked = 0;
  let drag = null;

  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      if (!picture || !canvas.isConnected || !canvas.clientWidth) return;
      paintTrack(canvas, picture, colour);
      if (picture.overview && glance.clientWidth) paintOverview(glance, picture, colour);
    });
  };

  async function look() {
    const mine = ++asked;
    const piece = readPiece(await lab.invokeMethodAsync('Look', picture.view.from, picture.view.to));
    if (mine !== asked || !piece) return;
    picture.segments = piece.segments;
    picture.covered = piece;
    canvas.dataset.drawn = piece.segments.length;
    canvas.dataset.from = piece.from;
    if (picture.seeks) seek();
    schedule();
  }

  function move(view, now = false) {
    picture.view = view;
    schedule();
    clearTimeout(settling);
    settling = setTimeout(look, now ? 0 : settleMs);
  }

  /** The first step of the lane that keys have led to; it may still be on its way. */
  function seek() {
    picture.seeks = true;
    choose(neighbour(picture.segments, picture.lane, picture.view.from, 1, null));
  }

  function choose(segment) {
    picture.selected = segment;
    if (segment) {
      picture.seeks = false;
      picture.lane = segment.worker;
      const { view } = picture;
      const span = view.to - view.from;
      if (segment.start < view.from || segment.start > view.to) move(pan(view, segment.start - view.from - span / 3, picture.end));
      lab.invokeMethodAsync('Choose', segment.worker, segment.start, segment.step);
    } else if (picture.lane !== null) {
      lab.invokeMethodAsync('ChooseLane', picture.lane);
    }
    schedule();
  }

  const placeOf = event => {
    const box = canvas.getBoundingClientRect();
    const place = layoutOf(canvas, picture.workers, picture.view);
    return { us: place.us(event.clientX - box.left), worker: place.worker(event.clientY - box.top), perPixel: (picture.view.to - picture.view.from) / place.across };
  };

  const handlers = {
    pointerdown(event) {
      if (!picture || event.button !== 0) return;
      drag = { x: event.clientX, view: picture.view, moved: false };
      canvas.setPointerCapture(event.pointerId);
    },
    pointermove(event) {
      if (!drag) return;
      const by = event.clientX - drag.x;
      if (Math.abs(by) > 3) drag.moved = true;
      if (drag.moved) move(pan(drag.view, -by * placeOf(event).perPixel, picture.end));
    },
    pointerup(event) {
      const clicked = drag && !drag.moved;
      drag = null;
      if (!clicked) return;
      const { us, worker, perPixel } = placeOf(event);
      picture.lane = worker;
      picture.seeks = false;
      choose(hit(picture.segments, worker, us, 4 * perPixel));
    },
    pointercancel() { drag = null; },
    wheel(event) {
      if (!picture || (!event.ctrlKey && !event.metaKey)) return;
      event.preventDefault();
      move(zoom(picture.view, event.deltaY > 0 ? 1.25 : 0.8, placeOf(event).us, picture.end));
    },
    keydown(event) {
      if (!picture || event.ctrlKey || event.metaKey || event.altKey) return;
      const { view, end } = picture;
      const span = view.to - view.from;
      const middle = picture.selected ? picture.selected.end : (view.from + view.to) / 2;
      if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
        const direction = event.key === 'ArrowLeft' ? -1 : 1;
        if (event.shiftKey) choose(neighbour(picture.segments, picture.lane ?? 0, view.from, direction, picture.selected));
        else move(pan(view, direction * span * 0.15, end));
      } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
        picture.lane = Math.max(0, Math.min(picture.workers - 1, (picture.lane ?? -1) + (event.key === 'ArrowUp' ? -1 : 1)));
        picture.selected = null;
        reveal();
        seek();
      } else if (event.key === '+' || event.key === '=') move(zoom(view, 0.5, middle, end));
      else if (event.key === '-') move(zoom(view, 2, middle, end));
      else if (event.key === 'Home') move(pan(view, -end, end));
      else if (event.key === 'End') move(pan(view, end, end));
      else return;
      event.preventDefault();
    },
  };

  function goThere(event) {
    if (!picture?.overview || (event.type === 'pointermove' && event.buttons !== 1)) return;
    if (event.type === 'pointerdown') glance.setPointerCapture(event.pointerId);
    const box = glance.getBoundingClientRect();
    const place = strip(box.width, picture.overview.attempts.length, picture.overview.end, picture.whole);
    move(centre(picture.view, place.us(event.clientX - box.left), picture.end));
  }

  function reveal() {
    const scroller = canvas.parentElement;
    const lane = canvas.clientHeight / Math.max(1, picture.workers);
    const top = picture.lane * lane;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + 2 * lane > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + 2 * lane - scroller.clientHeight;
  }

  const repaint = () => { colour = palette(canvas); schedule(); };
  const sizes = new ResizeObserver(schedule);
  sizes.observe(canvas);
  glance.addEventListener('pointerdown', goThere);
  glance.addEventListener('pointermove', goThere);
  addEventListener('racelab-look', repaint);
  for (const [name, handler] of Object.entries(handlers)) canvas.addEventListener(name, handler, name === 'wheel' ? { passive: false } : undefined);

  return {
    /** Another race: how many lanes, how long, and what its steps look like. */
    show(race) {
      picture = { ...race, segments: [], covered: null, selected: null, lane: null, seeks: false, view: { from: 0, to: Math.min(race.end, race.first) } };
      return look();
    },
    goTo(from, to) { picture.selected = null; picture.seeks = false; move({ from, to: Math.max(from + 20, to) }, true); },
    zoom(factor) { move(zoom(picture.view, factor, (picture.view.from + picture.view.to) / 2, picture.end), true); },
    pan(share) { move(pan(picture.view, share * (picture.view.to - picture.view.from), picture.end), true); },
    dispose() {
      clearTimeout(settling);
      sizes.disconnect();
      removeEventListener('racelab-look', repaint);
      glance.removeEventListener('pointerdown', goThere);
      glance.removeEventListener('pointermove', goThere);
      for (const [name, handler] of Object.entries(handlers)) canvas.removeEventListener(name, handler);
    },
  };
}
