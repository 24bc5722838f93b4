// The page's module travels packed, behind a small module made to unpack it, crates/squeeze: its length in two bytes, itself, then
// the packed one.

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
    const reader = packed.getReader();
    const next = async () => (await reader.read()).value ?? null;
    let [code, put, kept, given] = [await next(), null, [], false];
    const end = () => 2 + code[0] + code[1] * 256;
    while (code.length < 2 || code.length < end()) {
      const more = await next();
      if (!more) throw new Error('cut short');
      code = new Uint8Array(await new Blob([code, more]).arrayBuffer());
    }
    let piece = code.slice(end());
    code = code.slice(2, end());
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
    for (put(piece); piece; put(piece)) piece = await next();
  };
  const begin = (controller) => void start(controller).catch((error) => controller.error(failed(error)));
  const body = new ReadableStream({ start: begin });
  return new Response(body, { headers: { 'content-type': 'application/wasm' } });
}

// The first frame stands on the screen, or the page is not to be seen. It does so once the next one is being made, and not
// sooner: what is fetched beside it competes with it.
function painted() {
  return new Promise((go) => {
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(go)));
    setTimeout(go, document.hidden ? 0 : 1_000);
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
