// Keeps the keyboard near where it was when what had it goes, or can do no more: a node that has crashed cannot be crashed
// again. Then it moves on to what stands in that place now, or to the part of the page around it.
{
  const PARTS = '[role=tabpanel], .setup, .guide, .scene, .controls, .head, .comparison, dialog';
  const reach = (part) => [...part.querySelectorAll('button, a, select, input, textarea, summary, [tabindex="0"]')];
  let [it, part, all] = [];
  const keep = () => {
    const { body, activeElement } = document;
    if (!it || (activeElement ?? body) !== body || (it.isConnected && !it.disabled)) return;
    const now = part.isConnected ? part : part.id && document.getElementById(part.id);
    if (!now) return;
    // Where something else stands altogether, it is read from its beginning.
    const left = now === part ? reach(now) : [];
    let at = all.indexOf(it);
    // Where a whole form has gone, that place is behind what stood before it.
    if (left.length < all.length) at = left.indexOf(all.slice(0, at).findLast((other) => other.isConnected)) + 1;
    const near = left.slice(at).concat(left.reverse());
    // What is folded cannot have it.
    (near.find((other) => !other.disabled && other.checkVisibility()) ?? now).focus();
  };
  addEventListener('focusin', ({ target }) => {
    part = target.closest(PARTS);
    it = part && target;
    all = part && reach(part);
  });
  // Who presses elsewhere has left it.
  addEventListener('pointerdown', () => (it = null));
  // The page answers within some frames; how many depends on what there is to draw.
  for (const gesture of ['click', 'keydown']) {
    addEventListener(gesture, () => [50, 200, 600].forEach((ms) => setTimeout(keep, ms)));
  }
  // Tabs are one stop of the keyboard: among them arrows lead, and it goes along.
  addEventListener('keydown', ({ target, key, altKey }) => {
    if (altKey || !target.matches('[role=tab]')) return;
    const all = target.parentNode;
    const to = {
      ArrowLeft: target.previousElementSibling ?? all.lastElementChild,
      ArrowRight: target.nextElementSibling ?? all.firstElementChild,
    }[key];
    to?.focus();
    to?.click();
  });
}
