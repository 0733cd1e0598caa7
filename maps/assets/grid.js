// The plane the page draws in, and where a place on it lies on the Earth: spherical Web Mercator, the
// projection that Leaflet calls EPSG:3857. `grid` is {origin, unit} in its metres.

export const EARTH_RADIUS = 6378137;
const DEGREE = Math.PI / 180;
const HIGHEST_LATITUDE = 85.0511287798;

/**
 * Latitude and longitude of a place on the grid.
 * @param {Grid} grid
 * @param {number} x
 * @param {number} y
 * @returns {LatLng}
 */
export function latLng(grid, x, y) {
  const east = grid.origin[0] + x * grid.unit;
  const north = grid.origin[1] + y * grid.unit;
  return {
    lat: (2 * Math.atan(Math.exp(north / EARTH_RADIUS)) - Math.PI / 2) / DEGREE,
    lng: east / DEGREE / EARTH_RADIUS,
  };
}

/**
 * The place on the grid, [x, y], of a latitude and longitude.
 * @param {Grid} grid
 * @param {LatLng} place
 * @returns {[number, number]}
 */
export function onGrid(grid, { lat, lng }) {
  const sine = Math.sin(Math.max(Math.min(HIGHEST_LATITUDE, lat), -HIGHEST_LATITUDE) * DEGREE);
  const east = EARTH_RADIUS * lng * DEGREE;
  const north = (EARTH_RADIUS * Math.log((1 + sine) / (1 - sine))) / 2;
  return [(east - grid.origin[0]) / grid.unit, (north - grid.origin[1]) / grid.unit];
}
