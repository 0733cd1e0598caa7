// At which zooms of the map something begins to be drawn, and on which screens the panel lies beside it.

/** What each camera sees. */
export const FIELD_ZOOM = 15.75;
/** Cameras, and rims of streets: further out, dots of cameras would hide the streets. */
export const HEAD_ZOOM = 12.5;
export const MAIN_STREET_ZOOM = 15;
export const EVERY_STREET_ZOOM = 16.25;
/** Screens on which the panel lies beside the map and not over its foot, as page.css has them. */
export const BESIDE = "(min-width: 760px), (min-width: 560px) and (max-height: 500px)";
