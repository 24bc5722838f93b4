// The page's module in instances: the page's own, which is thrown away when it breaks, and one in a worker for each long job.
// `glue()` gives an instance its imports, what begins it, and what lets go of it; it stands in workers, too.

/** An instance that broke at the same address within this time, in ms, would only break again. */
const AGAIN_MS = 30000;
/** So long may a worker say nothing while the page is seen, in ms; at first it has to begin. */
const SILENT_MS = 600;
const BEGIN_MS = 10000;

let compiled;
let letGo;
const ends = new Set();
let broken = { at: -AGAIN_MS };

async function compile(answer) {
  const { compileStreaming } = WebAssembly;
  return compileStreaming ? compileStreaming(answer) : WebAssembly.compile(await (await answer).arrayBuffer());
}

// Begins the page, from the address.
async function begin() {
  const [imports, start, drop] = glue();
  letGo = drop;
  const instance = await WebAssembly.instantiate(compiled, imports);
  // In a task of its own: what comes before it took some time, too.
  setTimeout(start, 0, instance);
}

// The sentence about a broken instance, and whether it was one.
function mistake(error) {
  const { name } = error ?? {};
  // A trap; too deep a call, as Chromium and WebKit call it, and Firefox; or memory that nobody has.
  if (!(error instanceof WebAssembly.RuntimeError) && name !== 'RangeError' && name !== 'InternalError') return;
  const { dataset } = document.documentElement;
  const place = dataset.mistake ?? error.message;
  delete dataset.mistake;
  return `The page broke because of a mistake in it (${place})`;
}

// Throws the broken instance away, and begins again where the visitor was; if that does not help, says so.
function recover(error) {
  const sentence = mistake(error);
  if (!sentence || !letGo) return;
  ends.forEach((end) => end());
  letGo();
  letGo = null;
  const now = { at: performance.now(), address: location.hash };
  const same = now.address === broken.address && now.at - broken.at < AGAIN_MS;
  broken = now;
  if (!same) {
    const time = document.querySelector('[role=slider]')?.getAttribute('aria-valuenow') ?? 0;
    document.documentElement.dataset.again = `${time} ${sentence} and has begun again from its address.`;
    return begin();
  }
  const [note, example] = ['p', 'button'].map((name) => document.createElement(name));
  note.className = 'page-error';
  note.setAttribute('role', 'alert');
  note.textContent = `${sentence}, and again when it began anew. `;
  example.textContent = 'Open the opening example';
  example.onclick = () => {
    location.hash = '#/';
    begin();
  };
  note.append(example);
  document.body.replaceChildren(note);
}
addEventListener('error', ({ error }) => recover(error));
addEventListener('unhandledrejection', ({ reason }) => recover(reason));

// Has a worker do a job, with an instance of its own. `tell` hears its words, and its failure as no word, and of which job;
// after that the worker is no more. Gives what ends it before.
globalThis.inWorker = (job, tell) => {
  const source = `onmessage=({data})=>{self.job=data[1];const[imports,start]=(${glue})();start(new WebAssembly.Instance(data[0],imports))}`;
  const address = URL.createObjectURL(new Blob([source]));
  const worker = new Worker(address);
  let left = BEGIN_MS;
  const watch = setInterval(() => {
    // Only time counts in which both could have been heard.
    if (!document.hidden && (left -= 100) < 0) fail();
  }, 100);
  const end = () => {
    clearInterval(watch);
    worker.onmessage = null;
    worker.terminate();
    URL.revokeObjectURL(address);
    ends.delete(end);
  };
  ends.add(end);
  const fail = () => {
    end();
    tell(null, job);
  };
  worker.onmessage = ({ data }) => {
    left = SILENT_MS;
    tell(data, job);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    fail();
  };
  worker.postMessage([compiled, job]);
  return end;
};
