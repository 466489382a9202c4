// Runs before anything is drawn, so that a dark page does not flash white. The choice is remembered; without one, the system's counts.
(() => {
  const key = 'racelab-theme';
  const system = matchMedia('(prefers-color-scheme: dark)');
  const remembered = () => {
    try { return localStorage.getItem(key); } catch { return null; }
  };

  function apply() {
    const chosen = remembered();
    document.documentElement.dataset.theme = chosen === 'light' || chosen === 'dark' ? chosen : system.matches ? 'dark' : 'light';
    dispatchEvent(new Event('racelab-look'));
  }

  apply();
  system.addEventListener('change', apply);
  addEventListener('storage', event => { if (event.key === key) apply(); });
  addEventListener('click', event => {
    if (!event.target.closest?.('[data-theme-toggle]')) return;
    const other = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    try { localStorage.setItem(key, other); } catch { /* A browser that keeps nothing still changes this page. */ }
    document.documentElement.dataset.theme = other;
    dispatchEvent(new Event('racelab-look'));
  });
})();
