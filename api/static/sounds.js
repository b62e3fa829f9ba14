// Sounds made by the browser itself: no files. Pairs of pitch (Hz, 0 is silence) and length (s).
let sound = null;

export function play(notes) {
  const Context = window.AudioContext || window.webkitAudioContext;
  if (!Context) return;
  sound = sound || new Context();
  sound.resume();
  let at = sound.currentTime;
  for (const [pitch, length] of notes) {
    if (pitch) {
      const tone = sound.createOscillator();
      tone.frequency.value = pitch;
      tone.connect(sound.destination);
      tone.start(at);
      tone.stop(at + length);
    }
    at += length;
  }
}
