// Keeps the keyboard near where it was when what had it goes, or can do no more: a node that has crashed cannot be crashed
// again. Then it moves on to what stands in that place now, or to the part of the page around it.
{
  const PARTS = '[role=tabpanel], .setup, .guide, .scene, .controls, .head, .comparison, dialog';
  const reach = (part) => [...part.querySelectorAll('button, a[href], select, input, textarea, summary, [tabindex="0"]')];
  let [it, part, at] = [];
  const keep = () => {
    const { body, activeElement } = document;
    if (!it || (activeElement ?? body) !== body || (it.isConnected && !it.disabled)) return;
    const now = part.isConnected ? part : part.id && document.getElementById(part.id);
    if (!now) return;
    // Where something else stands altogether, it is read from its beginning.
    const all = now === part ? reach(now) : [];
    const near = [...all.slice(at), ...all.slice(0, at).reverse()];
    (near.find((other) => !other.disabled) ?? now).focus();
  };
  addEventListener('focusin', ({ target }) => {
    it = target;
    part = it.closest(PARTS);
    at = part && reach(part).indexOf(it);
    if (!part) it = null;
  });
  // Who presses elsewhere has left it.
  addEventListener('pointerdown', () => (it = null));
  // The page answers within some frames; how many depends on what there is to draw.
  for (const gesture of ['click', 'keydown']) {
    addEventListener(gesture, () => [50, 200, 600].forEach((ms) => setTimeout(keep, ms)));
  }
}
