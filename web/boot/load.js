// Unpacks LZMA as .lzma files hold it: properties, size of the dictionary, length, stream. Written after the format's
// specification in Pavlov's LZMA SDK; its names are kept. The page's module travels packed like this: a fifth less to load
// than gzipped, also from a host that does not compress.
function unpack(packed) {
  const view = new DataView(packed.buffer, packed.byteOffset);
  const [properties] = packed;
  const lc = properties % 9;
  const lpMask = (1 << (Math.floor(properties / 9) % 5)) - 1;
  const pbMask = (1 << Math.floor(properties / 45)) - 1;
  const unpacked = new Uint8Array(view.getUint32(5, true));

  // Where each kind of probability begins.
  const [IS_MATCH, IS_REP, IS_REP_G0, IS_REP_G1, IS_REP_G2, IS_REP0_LONG] = [0, 192, 204, 216, 228, 240];
  const [POS_SLOT, SPEC_POS, ALIGN, LEN, REP_LEN, LITERAL] = [432, 688, 804, 820, 1334, 1848];
  const probabilities = new Uint16Array(LITERAL + (0x300 << (lc + Math.log2(lpMask + 1)))).fill(1024);

  // The range coder; as whole words, which a plain variable would not stay.
  const coder = new Uint32Array([0xffffffff, view.getUint32(14)]);
  let read = 18;
  const next = () => {
    if (coder[0] < 0x1000000) {
      coder[0] <<= 8;
      coder[1] = (coder[1] << 8) | packed[read++];
    }
  };
  const bit = (at) => {
    const probability = probabilities[at];
    const bound = (coder[0] >>> 11) * probability;
    let result = 0;
    if (coder[1] < bound) {
      coder[0] = bound;
      probabilities[at] = probability + ((2048 - probability) >>> 5);
    } else {
      coder[0] -= bound;
      coder[1] -= bound;
      probabilities[at] = probability - (probability >>> 5);
      result = 1;
    }
    next();
    return result;
  };
  const direct = (bits) => {
    let result = 0;
    for (; bits > 0; bits--) {
      coder[0] >>>= 1;
      const one = coder[1] >= coder[0];
      if (one) coder[1] -= coder[0];
      result = (result << 1) | one;
      next();
    }
    return result;
  };
  const tree = (at, bits) => {
    let node = 1;
    for (let k = 0; k < bits; k++) node = (node << 1) | bit(at + node);
    return node - (1 << bits);
  };
  const reverseTree = (at, bits) => {
    let [node, result] = [1, 0];
    for (let k = 0; k < bits; k++) {
      const one = bit(at + node);
      node = (node << 1) | one;
      result |= one << k;
    }
    return result;
  };
  const length = (at, posState) => {
    if (!bit(at)) return tree(at + 2 + posState * 8, 3);
    if (!bit(at + 1)) return 8 + tree(at + 130 + posState * 8, 3);
    return 16 + tree(at + 258, 8);
  };
  const distance = (len) => {
    const slot = tree(POS_SLOT + Math.min(len, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const high = (2 | (slot & 1)) << bits;
    if (slot < 14) return high + reverseTree(SPEC_POS + high - slot, bits);
    return high + direct(bits - 4) * 16 + reverseTree(ALIGN, 4);
  };

  let [state, rep0, rep1, rep2, rep3] = [0, 0, 0, 0, 0];
  for (let at = 0; at < unpacked.length; ) {
    const posState = at & pbMask;
    if (!bit(IS_MATCH + state * 16 + posState)) {
      const before = at && unpacked[at - 1];
      const literal = LITERAL + 0x300 * (((at & lpMask) << lc) + (before >> (8 - lc)));
      let symbol = 1;
      if (state >= 7) {
        for (let match = unpacked[at - rep0 - 1]; symbol < 0x100; match <<= 1) {
          const expected = (match >> 7) & 1;
          const one = bit(literal + ((1 + expected) << 8) + symbol);
          symbol = (symbol << 1) | one;
          if (one !== expected) break;
        }
      }
      while (symbol < 0x100) symbol = (symbol << 1) | bit(literal + symbol);
      unpacked[at++] = symbol;
      state = state < 4 ? 0 : state - (state < 10 ? 3 : 6);
      continue;
    }
    let len = 0;
    const afterLiteral = state < 7;
    if (!bit(IS_REP + state)) {
      [rep3, rep2, rep1] = [rep2, rep1, rep0];
      len = length(LEN, posState) + 2;
      state = afterLiteral ? 7 : 10;
      rep0 = distance(len - 2);
    } else if (!bit(IS_REP_G0 + state)) {
      const long = bit(IS_REP0_LONG + state * 16 + posState);
      len = long ? length(REP_LEN, posState) + 2 : 1;
      state = long ? (afterLiteral ? 8 : 11) : afterLiteral ? 9 : 11;
    } else {
      let again = rep1;
      if (bit(IS_REP_G1 + state)) {
        again = rep2;
        if (bit(IS_REP_G2 + state)) [again, rep3] = [rep3, rep2];
        rep2 = rep1;
      }
      [rep1, rep0] = [rep0, again];
      len = length(REP_LEN, posState) + 2;
      state = afterLiteral ? 8 : 11;
    }
    for (const end = at + len; at < end; at++) unpacked[at] = unpacked[at - rep0 - 1];
  }
  return unpacked;
}

// The same in a worker, so that the page stays free for the visitor; here, where there is none to be had.
function unpackAside(packed) {
  return new Promise((resolve) => {
    const here = () => resolve(unpack(packed));
    try {
      const code = `${unpack};onmessage=({data})=>{const all=unpack(data);postMessage(all,[all.buffer])}`;
      const worker = new Worker(URL.createObjectURL(new Blob([code])));
      worker.onmessage = ({ data }) => {
        resolve(data);
        worker.terminate();
      };
      worker.onerror = here;
      worker.postMessage(packed);
    } catch {
      here();
    }
  });
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
    return await unpackAside(new Uint8Array(await answer.arrayBuffer()));
  } catch (error) {
    document.body.textContent = 'The playground could not be loaded. Check the connection and load the page again.';
    throw error;
  }
}
