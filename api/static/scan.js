// Keyboard-wedge scanners type a code and press Enter: each scan becomes a line and says at once what it is.
"use strict";

const bare = (text) => text.replace(/\s+/g, "").toUpperCase();

function beep(pitch) {
  const Context = window.AudioContext || window.webkitAudioContext;
  if (!Context) return;
  beep.context = beep.context || new Context();
  const tone = beep.context.createOscillator();
  tone.frequency.value = pitch;
  tone.connect(beep.context.destination);
  tone.start();
  tone.stop(beep.context.currentTime + 0.12);
}

function watch(form) {
  const expected = new Set(form.dataset.expected.split(" ").filter(Boolean));
  const input = form.querySelector("[data-scan-input]");
  const list = form.querySelector("[data-scan-list]");
  const status = form.querySelector("[data-scan-status]");
  const scanned = () => list.value.split("\n").map(bare).filter(Boolean);

  const say = (text, tone, pitch) => {
    status.textContent = text;
    status.className = "notice " + tone;
    beep(pitch);
  };

  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const code = bare(input.value);
    input.value = "";
    if (!code) return;
    const before = scanned();
    if (before.includes(code)) {
      say(`${code}: đã quét rồi.`, "warning", 440);
      return;
    }
    list.value = [...before, code].join("\n");
    const found = [...before, code].filter((c) => expected.has(c)).length;
    if (expected.has(code)) say(`${code}: đúng. Đã quét ${found} trên ${expected.size}.`, "done", 880);
    else say(`${code}: không có trong danh sách. Để riêng bưu gửi này.`, "danger", 220);
  });
  input.focus();
}

document.querySelectorAll("[data-scan-form]").forEach(watch);
