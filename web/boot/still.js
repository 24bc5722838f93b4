// The first frame is that of the opening example, arranged for this window, in the visitor's theme; whoever asks for another
// run waits for that.
{
  const root = document.documentElement;
  const still = document.getElementById('still');
  let theme = /[?&]theme=(light|dark|host)/.exec(location.search)?.[1];
  if (theme === 'host') {
    // The page around it is asked at once, and says when it changes, too; until it does, the system's.
    theme = undefined;
    addEventListener('message', ({ data }) => {
      const said = /^consensus-playground:(light|dark)$/.exec(data)?.[1];
      if (said) root.dataset.theme = said;
    });
    parent.postMessage('consensus-playground:theme', '*');
  } else {
    try {
      theme ??= localStorage.getItem('consensus-playground-theme');
    } catch {
      // Without storage nothing was chosen.
    }
  }
  root.dataset.theme = theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  still.hidden = false;
  still.className = `page ${innerHeight <= 420 || innerWidth < (innerHeight > innerWidth ? 900 : 760) ? 'phone' : innerWidth < 1100 ? 'compact' : 'wide'}`;
  const framed = location.search.includes('embed');
  if (location.hash.length > 2 || framed) still.remove();
  // A frame stays what its host wants to be seen: links lead to pages of their own.
  if (framed) document.head.insertAdjacentHTML('beforeend', '<base target="_blank">');
}
