// <consensus-playground scenario="#/raft?n=5"> for the pages of others: a frame that is loaded when it comes near the screen
// and follows the page's own light and dark. Not part of the playground itself. A plain script, since a module from another
// host would need that host's leave.

(() => {
  const HERE = new URL('.', document.currentScript.src);

  /** What is handed on to the frame's address; see the README for what each means. */
  const HANDED_ON = ['theme', 'controls', 'panels', 'editable', 'start', 'play', 'speed'];

  /** Whether the page around is dark: as it says of itself, or as what its background looks like. */
  function isDark() {
    const root = document.documentElement;
    const said = root.dataset.theme ?? root.dataset.colorMode ?? root.getAttribute('data-bs-theme');
    if (said === 'dark' || said === 'light') return said === 'dark';
    if (root.classList.contains('dark')) return true;
    return getComputedStyle(root).colorScheme === 'dark';
  }

  class ConsensusPlayground extends HTMLElement {
    static observedAttributes = ['scenario', ...HANDED_ON];
    #frame;
    #watch;

    connectedCallback() {
      this.#frame = document.createElement('iframe');
      this.#frame.loading = 'lazy';
      this.#frame.title = this.title || 'Consensus Playground';
      this.#frame.style.cssText = 'display: block; width: 100%; height: 100%; border: 0';
      if (getComputedStyle(this).display === 'inline') this.style.display = 'block';
      if (!this.clientHeight) this.style.height = '520px';
      this.#frame.addEventListener('load', () => this.#tell());
      this.replaceChildren(this.#frame);
      this.#show();
      this.#watch = new MutationObserver(() => this.#tell());
      this.#watch.observe(document.documentElement, { attributes: true });
    }

    disconnectedCallback() {
      this.#watch?.disconnect();
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

    #tell() {
      // To whatever is in the frame: a single-file playground in a sandbox has no origin, and the word is no secret.
      this.#frame?.contentWindow?.postMessage(`consensus-playground:${isDark() ? 'dark' : 'light'}`, '*');
    }
  }

  customElements.define('consensus-playground', ConsensusPlayground);
})();
