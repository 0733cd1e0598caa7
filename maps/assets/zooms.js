// At which zooms of the map something begins to be drawn, and on which screens the panel lies beside it.

/** What each camera sees. */
export const FIELD_ZOOM = 15.75;
/** Cameras, and rims of streets: further out, dots of cameras would hide the streets. */
export const HEAD_ZOOM = 12.5;
export const MAIN_STREET_ZOOM = 15;
export const EVERY_STREET_ZOOM = 16.25;
/** Rings that mark stations are large from here on. */
export const RING_ZOOM = 13;
/** Stations are named from here on, where railway stations are known. */
export const STATION_ZOOM = 11;
/**
 * From which zoom on a kind of name is written, and from which no more.
 * @type {Record<string, number[]>}
 */
export const NAME_ZOOMS = {
  harbour: [0, Infinity], bay: [11.25, Infinity], island: [0, 13.5], station: [0, Infinity], suburb: [11.5, 16.25],
  neighbourhood: [13.5, 16.75], park: [15.5, Infinity], district: [0, 16.25],
};
/** Screens on which the panel lies beside the map and not over its foot, as page.css has them. */
export const BESIDE = "(min-width: 760px), (min-width: 560px) and (max-height: 500px)";
