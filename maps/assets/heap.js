// Numbers in order of a key, for searches that take the least first.

/** Numbers in order of a key, the least first. */
export class Heap {
  constructor() {
    /** @type {number[]} */
    this.key = [];
    /** @type {number[]} */
    this.item = [];
  }

  get size() {
    return this.key.length;
  }

  get least() {
    return this.key[0];
  }

  /**
   * @param {number} key
   * @param {number} item
   */
  add(key, item) {
    let place = this.key.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (this.key[above] <= key) break;
      this.key[place] = this.key[above];
      this.item[place] = this.item[above];
      place = above;
    }
    this.key[place] = key;
    this.item[place] = item;
  }

  take() {
    const taken = this.item[0];
    const key = /** @type {number} */ (this.key.pop());
    const item = /** @type {number} */ (this.item.pop());
    const { length } = this.key;
    if (!length) return taken;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= length) break;
      if (below + 1 < length && this.key[below + 1] < this.key[below]) below += 1;
      if (this.key[below] >= key) break;
      this.key[place] = this.key[below];
      this.item[place] = this.item[below];
      place = below;
    }
    this.key[place] = key;
    this.item[place] = item;
    return taken;
  }
}
