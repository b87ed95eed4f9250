/* Columns of numbers out of the compressed text that the page carries. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const TYPES = {
    u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, i2: Int16Array, i4: Int32Array, f4: Float32Array, f8: Float64Array,
  };

  /** @param {string} text base64 @returns {Uint8Array} */
  const bytesOf = (text) => {
    const letters = atob(text);
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
    return bytes;
  };

  /**
   * @param {{columns: Record<string, [string, number, number]>, data: string}} packed
   * @returns {Promise<Record<string, ArrayLike<number>>>} the columns by their names
   */
  const read = async ({ columns, data }) => {
    const inflating = new Blob([bytesOf(data)]).stream().pipeThrough(new DecompressionStream("deflate"));
    const buffer = await new Response(inflating).arrayBuffer();
    return Object.fromEntries(
      Object.entries(columns).map(([name, [type, offset, count]]) => [name, new TYPES[type](buffer, offset, count)]),
    );
  };

  az.packed = { read };
})();
