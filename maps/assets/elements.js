// Elements that a page of ours has, as what they are.

/**
 * An input of the page.
 * @param {string} id
 * @returns {HTMLInputElement}
 */
export function inputOf(id) {
  return /** @type {HTMLInputElement} */ (document.getElementById(id));
}

/**
 * All elements that a selector fits, in the order of the page.
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
export function every(selector) {
  return Array.from(document.querySelectorAll(selector));
}

/**
 * All inputs that a selector fits.
 * @param {string} selector
 * @returns {HTMLInputElement[]}
 */
export function everyInput(selector) {
  return Array.from(document.querySelectorAll(selector));
}
