// Zooms of the map at which something begins to be drawn.

/** What each camera sees. */
export const FIELD_ZOOM = 15.75;
/** Cameras, and rims of streets: further out, dots of cameras would hide the streets. */
export const HEAD_ZOOM = 12.5;
export const MAIN_STREET_ZOOM = 15;
export const EVERY_STREET_ZOOM = 16.25;
