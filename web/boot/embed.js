// <consensus-playground scenario="#/raft?n=5"> for the pages of others: a frame that is loaded when it comes near the screen
// and follows the page's own light and dark. Not part of the playground itself. A plain script, since a module from another
// host would need that host's leave.

(() => {
  const HERE = new URL('.', document.currentScript.src);

  /** What is handed on to the frame's address; see the README for what each means. */
  const HANDED_ON = ['theme', 'controls', 'panels', 'editable', 'start', 'play', 'speed'];

  const SYSTEM = matchMedia('(prefers-color-scheme: dark)');

  /** Whether the page around is dark: as it says of itself, or as what its background looks like. */
  function isDark() {
    const root = document.documentElement;
    const said = root.dataset.theme ?? root.dataset.colorMode ?? root.getAttribute('data-bs-theme');
    if (said === 'dark' || said === 'light') return said === 'dark';
    if (root.classList.contains('dark')) return true;
    const { colorScheme } = getComputedStyle(root);
    if (colorScheme.includes('dark')) return !colorScheme.includes('light') || SYSTEM.matches;
    const painted = [document.body, root].map((it) => getComputedStyle(it).backgroundColor).find((it) => it !== 'rgba(0, 0, 0, 0)');
    const [, red, green, blue] = /^rgba?\((\d+), (\d+), (\d+)/.exec(painted) ?? [];
    return 0.3 * red + 0.6 * green + 0.1 * blue < 100;
  }

  class ConsensusPlayground extends HTMLElement {
    static observedAttributes = ['scenario', ...HANDED_ON];
    #frame;
    #watch;
    /** The frame asks as soon as it can hear the answer. */
    #asked = ({ source }) => {
      if (source === this.#frame?.contentWindow) this.#tell();
    };
    #tell = () => {
      // To whatever is in the frame: a single-file playground in a sandbox has no origin, and the word is no secret.
      this.#frame?.contentWindow?.postMessage(`consensus-playground:${isDark() ? 'dark' : 'light'}`, '*');
    };

    connectedCallback() {
      this.#frame = document.createElement('iframe');
      this.#frame.loading = 'lazy';
      this.#frame.title = this.title || 'Consensus Playground';
      this.#frame.style.cssText = 'display: block; width: 100%; height: 100%; border: 0';
      if (getComputedStyle(this).display === 'inline') this.style.display = 'block';
      if (!this.clientHeight) this.style.height = '520px';
      this.replaceChildren(this.#frame);
      this.#show();
      this.#watch = new MutationObserver(this.#tell);
      this.#watch.observe(document.documentElement, { attributes: true });
      addEventListener('message', this.#asked);
      SYSTEM.addEventListener('change', this.#tell);
    }

    disconnectedCallback() {
      this.#watch?.disconnect();
      removeEventListener('message', this.#asked);
      SYSTEM.removeEventListener('change', this.#tell);
      this.replaceChildren();
      this.#frame = undefined;
    }

    attributeChangedCallback() {
      if (this.#frame) this.#show();
    }

    #show() {
      const address = new URL(HERE);
      address.searchParams.set('embed', '1');
      address.searchParams.set('theme', 'host');
      for (const name of HANDED_ON) {
        if (this.hasAttribute(name)) address.searchParams.set(name, this.getAttribute(name));
      }
      address.hash = this.getAttribute('scenario') ?? '';
      if (this.#frame.src !== address.href) this.#frame.src = address.href;
    }
  }

  customElements.define('consensus-playground', ConsensusPlayground);
})();
