// The search in the head of every page of the desk: "/" goes to it, as long as nobody is typing elsewhere.

const field = document.getElementById("find");
const isTyped = (one) => one.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(one.tagName);

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyped(event.target)) return;
  event.preventDefault(); // or the stroke itself is typed
  field.focus();
  field.select();
});

// On a phone the menu is one line that moves sideways: the page one is on is in sight.
const here = document.querySelector(".nav [aria-current]");
if (here) here.closest("ul").scrollLeft = here.offsetLeft - document.documentElement.clientWidth / 3;
