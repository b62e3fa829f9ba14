// Where the phone is: evidence beside an act, never what decides. Who forbids it, or has no signal, goes on without.
const HOW_LONG_MS = 8_000;
const FRESH_MS = 30_000;
const EARTH_M = 6_371_000;
// Nearer than this nobody is asked: a house has a garden, a phone its error.
const NEAR_M = 300;

// Asks once and tells later: returns a function that says what is known by then, null before.
export function locating() {
  let known = null;
  navigator.geolocation?.getCurrentPosition(
    ({ coords }) => {
      known = { lat: round(coords.latitude), lon: round(coords.longitude), accuracy_m: Math.round(coords.accuracy) };
    },
    () => {},
    { enableHighAccuracy: true, timeout: HOW_LONG_MS, maximumAge: FRESH_MS },
  );
  return () => known;
}

// How far from a stop's door the phone is, in metres; 0 where that cannot be said or is no question.
export function farFrom(point, here) {
  if (!here || !point || !["door", "remembered"].includes(point.precision)) return 0;
  const metres = between(point, here);
  return metres > NEAR_M + here.accuracy_m ? Math.round(metres / 50) * 50 : 0;
}

// Metres between two points as the crow flies.
export function between(one, other) {
  const rad = (degrees) => (degrees * Math.PI) / 180;
  const x = rad(other.lon - one.lon) * Math.cos(rad((one.lat + other.lat) / 2));
  return EARTH_M * Math.hypot(x, rad(other.lat - one.lat));
}

const round = (degrees) => Math.round(degrees * 1e6) / 1e6;
