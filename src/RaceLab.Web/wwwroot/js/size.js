// Runs before anything is drawn. Presenter size is for the back row: the address may ask for it (?size=presenter, ?size=usual), the button changes it, and it is remembered.
(() => {
  const key = 'racelab-size';
  const sizes = ['usual', 'presenter'];
  const asked = new URLSearchParams(location.search).get('size');
  const remembered = () => {
    try { return localStorage.getItem(key); } catch { return null; }
  };

  function choose(size) {
    try { localStorage.setItem(key, size); } catch { /* A browser that keeps nothing still changes this page. */ }
    apply(size);
  }

  function apply(size) {
    document.documentElement.dataset.size = sizes.includes(size) ? size : sizes[0];
    dispatchEvent(new Event('racelab-look'));
  }

  if (sizes.includes(asked)) choose(asked);
  else apply(remembered());
  addEventListener('storage', event => { if (event.key === key) apply(event.newValue); });
  addEventListener('click', event => {
    if (event.target.closest?.('[data-size-toggle]')) choose(document.documentElement.dataset.size === 'presenter' ? 'usual' : 'presenter');
  });
})();
