// What was looked up on this phone, remembered by this phone alone: codes and the label's links, never what they show.
const KEY = "tannha-recent";
const MOST = 8;

function remembered() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one?.code === "string").slice(0, MOST) : [];
  } catch {
    return []; // a browser that keeps nothing, or something that is not ours
  }
}

function keep(list) {
  try {
    localStorage.setItem(KEY, JSON.stringify(list.slice(0, MOST)));
  } catch {
    // private browsing: the page works without
  }
}

function note(page) {
  const one = { code: page.dataset.code, path: page.dataset.path };
  keep([one, ...remembered().filter((other) => other.code !== one.code)]);
}

function entry({ code, path }, field) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.textContent = code;
  link.className = "code";
  link.href = /^\/t\/[0-9a-f]{32}$/.test(path ?? "") ? path : "/track";
  if (link.pathname === "/track" && field) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      field.value = code;
      document.getElementById("tail").focus();
    });
  }
  item.append(link);
  return item;
}

function show(section) {
  const list = remembered();
  section.hidden = list.length === 0;
  const field = document.getElementById("code");
  section.querySelector("ul").replaceChildren(...list.map((one) => entry(one, field)));
  section.querySelector("button").onclick = () => {
    keep([]);
    show(section);
    field?.focus();
  };
}

const page = document.querySelector("[data-remember]");
if (page) note(page);
const section = document.getElementById("recent");
if (section) show(section);
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/track/sw.js", { scope: "/track" }).catch(() => {});
