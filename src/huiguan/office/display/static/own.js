// A trader's own money, orders and positions move on an open page; nobody else is told of them.
// The server sends the same tables that it puts into the page; without this file the page is whole.
import "./live.js";

const parts = new Map([...document.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
const token = document.querySelector('input[name="csrfmiddlewaretoken"]');
const SETTLED_MS = 10000; // a page that was opened just now is not opened again at once
const waiting = new Map(); // tables that came while the keyboard was in theirs

function put(name, text) {
  const part = parts.get(name);
  if (!part) return;
  if (part.contains(document.activeElement)) {
    waiting.set(name, text);
    return;
  }
  const made = new DOMParser().parseFromString(text, "text/html").body;
  for (const form of made.querySelectorAll("form")) if (token) form.prepend(token.cloneNode());
  part.replaceChildren(...made.childNodes);
}

document.addEventListener("huiguan:own", ({ detail }) => {
  if (detail === null) { // signed out, or no longer bound: the page says so
    if (performance.now() > SETTLED_MS) location.reload();
  } else for (const [name, text] of Object.entries(detail)) put(name, text);
});

document.addEventListener("focusout", () => setTimeout(() => {
  for (const [name, text] of [...waiting]) {
    waiting.delete(name);
    put(name, text);
  }
}));
