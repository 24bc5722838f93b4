// The page's module travels packed, and is unpacked by a small module made for that, crates/squeeze, which stands here as text,
// deflated.
const UNPACKER = '{unpacker}';

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// A function that takes the packed pieces as they arrive, null after the last, and gives the unpacked ones in the same way.
// It stands in a worker, too, so it names nothing outside.
function unpacker(code, give) {
  const { memory, begin, room, run, module, ready } = new WebAssembly.Instance(new WebAssembly.Module(code)).exports;
  const session = begin();
  let [arrived, given] = [0, 0];
  return (piece) => {
    if (piece) new Uint8Array(memory.buffer).set(piece, room(session) + arrived);
    arrived += piece?.length ?? 0;
    // In short steps: the browser puts in faster code between them.
    for (let more = true; more; ) {
      more = run(session, arrived, !piece, 8192);
      const [at, end] = [module(session), ready(session)];
      if (end - given > (more ? 131072 : 0)) {
        give(new Uint8Array(memory.buffer).slice(at + given, at + end));
        given = end;
      }
    }
    if (!piece) give(null);
  };
}

// An answer with the unpacked module, which the browser compiles while the rest arrives and is unpacked: in a worker, so that
// the page stays free for the visitor; here, where there is none to be had.
function unpack(packed) {
  const start = async (controller) => {
    const code = await inflated(bytesOf(UNPACKER)).catch((error) => {
      throw failed(error);
    });
    let [put, kept, given] = [null, [], false];
    const give = (piece) => (piece ? controller.enqueue(piece) : controller.close());
    const here = (error) => {
      if (given) return controller.error(failed(error));
      put = unpacker(code, give);
      for (const piece of kept.splice(0)) put(piece);
    };
    try {
      const source = `${unpacker};let put;onmessage=({data})=>{put?put(data):put=unpacker(data,(piece)=>postMessage(piece))}`;
      const worker = new Worker(URL.createObjectURL(new Blob([source])));
      worker.onerror = here;
      worker.onmessage = ({ data }) => {
        [kept, given] = [[], true];
        give(data);
        if (!data) worker.terminate();
      };
      worker.postMessage(code);
      put = (piece) => {
        kept.push(piece);
        worker.postMessage(piece);
      };
    } catch (error) {
      here(error);
    }
    try {
      const reader = packed.getReader();
      for (let piece = true; piece; put(piece)) piece = (await reader.read()).value ?? null;
    } catch (error) {
      controller.error(failed(error));
    }
  };
  const body = new ReadableStream({ start: (controller) => void start(controller) });
  return new Response(body, { headers: { 'content-type': 'application/wasm' } });
}

// The first frame stands on the screen, or the page is not to be seen.
function painted() {
  return new Promise((go) => {
    requestAnimationFrame(() => setTimeout(go));
    setTimeout(go, 300);
  });
}

// The page's module from its file, or a sentence that says why there is none.
async function load(file) {
  try {
    await painted();
    const answer = await fetch(file);
    if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
    return unpack(answer.body);
  } catch (error) {
    throw failed(error);
  }
}

function failed(error) {
  document.body.textContent = 'The playground could not be loaded. Check the connection and load the page again.';
  return error;
}
